using Outbox.Crash.Child;

namespace Outbox.Crash.Databases;

/// <summary>
/// The database under test, with the platform's own table in it: <c>calls</c> has a row for each call whose transaction was committed, and is
/// therefore the truth about what must arrive.
/// </summary>
internal abstract class CrashDatabase
{
    public static CrashDatabase Of(string store, string connectionString) => store switch
    {
        "sqlite" => new SqliteCrashDatabase(connectionString),
        "postgres" => new PostgresCrashDatabase(connectionString),
#if LITEDB
        "litedb" => new LiteDbCrashDatabase(connectionString),
#endif
        _ => throw new ArgumentException($"There is no store '{store}'. Known are: sqlite, postgres, and litedb where it was built.", nameof(store)),
    };

    /// <summary>Whether the host's store may stand behind one with places to be killed at. If not, the host dies around it.</summary>
    public virtual bool HasKillableStore => true;

    /// <summary>Chooses it as the outbox's store.</summary>
    public abstract void Use(IWebhookOutboxBuilder outbox);

    /// <summary>From now on a host has it open.</summary>
    public virtual void Attach(IServiceProvider host)
    {
    }

    /// <summary>Makes the platform's own table.</summary>
    public abstract Task PrepareAsync();

    /// <summary>Ends a call as a host does: its row and the event in one transaction.</summary>
    public abstract Task EndCallAsync(IWebhookOutbox outbox, string id, WebhookEvent ended, bool commit, KillPoints points);

    /// <summary>The calls that are in the database.</summary>
    public abstract Task<HashSet<string>> CommittedAsync();

    /// <summary>
    /// What is leased, by all hosts or by one process, each as event, endpoint's URL and lease token: the deliveries that were in flight when a
    /// host died.
    /// </summary>
    public abstract Task<HashSet<string>> LeasedAsync(int? process = null);

    /// <summary>How many deliveries are not delivered yet.</summary>
    public abstract Task<long> OpenAsync();

    /// <summary>How many attempts are on record.</summary>
    public abstract Task<long> AttemptsAsync();

    /// <summary>Completes when all deliveries are delivered.</summary>
    public async Task UntilAllDeliveredAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await OpenAsync() > 0)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>As though so much time passed between the death of one host and the start of the next, that its leases have run out.</summary>
    public virtual Task OutliveLeasesAsync() => Task.CompletedTask;

    /// <summary>Rows that contradict each other, in sentences.</summary>
    public abstract Task<IReadOnlyList<string>> CheckRowsAsync();

    /// <summary>What the database itself finds wrong with its files; empty if nothing.</summary>
    public abstract Task<IReadOnlyList<string>> CheckFilesAsync();
}
