using System.Data.Common;
using System.Globalization;
using Dapper;
using Outbox.Crash.Child;

namespace Outbox.Crash.Databases;

/// <summary>
/// The database under test, with the platform's own table in it: <c>calls</c> has a row for each call whose transaction was committed, and is
/// therefore the truth about what must arrive.
/// </summary>
internal abstract class CrashDatabase(DbDataSource source, string outboxSchema)
{
    /// <summary>What the outbox's tables are called here: <c>outbox.outbox_delivery</c>.</summary>
    private string Prefix { get; } = $"{outboxSchema}outbox_";

    protected DbDataSource Source { get; } = source;

    public static CrashDatabase Of(string store, string connectionString) => store switch
    {
        "sqlite" => new SqliteCrashDatabase(connectionString),
        "postgres" => new PostgresCrashDatabase(connectionString),
        _ => throw new ArgumentException($"There is no store '{store}'. Known are: sqlite, postgres.", nameof(store)),
    };

    public abstract void Use(IWebhookOutboxBuilder outbox);

    /// <summary>As though so much time passed between the death of one host and the start of the next, that its leases have run out.</summary>
    public virtual Task OutliveLeasesAsync() => Task.CompletedTask;

    /// <summary>What the database itself finds wrong with its files; empty if nothing.</summary>
    public abstract Task<IReadOnlyList<string>> CheckFilesAsync();

    public async Task PrepareAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync("create table if not exists calls (id text primary key)");
    }

    /// <summary>Ends a call as a host does: its row and the event in one transaction.</summary>
    public async Task EndCallAsync(IWebhookOutbox outbox, string id, WebhookEvent ended, bool commit, KillPoints points)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("insert into calls (id) values (@id)", new { id }, transaction);
        await outbox.EnqueueAsync(ended, transaction);
        await points.ReachAsync(KillPoints.BeforeCommit);
        if (!commit)
        {
            await transaction.RollbackAsync();
            return;
        }

        await transaction.CommitAsync();
        await points.ReachAsync(KillPoints.AfterCommit);
    }

    /// <summary>The calls that are in the database.</summary>
    public Task<HashSet<string>> CommittedAsync() => ReadAsync("select id from calls");

    /// <summary>
    /// What is leased, by all hosts or by one process, each as event, endpoint's URL and lease token: the deliveries that were in flight when a
    /// host died.
    /// </summary>
    public async Task<HashSet<string>> LeasedAsync(int? process = null) => await HasTablesAsync()
        ? await ReadAsync($"""
            select v.id || '|' || e.url || '|' || d.lease_token
            from {Prefix}delivery d join {Prefix}endpoint e on e.key = d.endpoint_key join {Prefix}event v on v.key = d.event_key
            where d.status = 1 and d.lease_owner like '%-{process?.ToString(CultureInfo.InvariantCulture) ?? "%"}-%'
            """)
        : [];

    /// <summary>How many deliveries are not delivered yet.</summary>
    public async Task<long> OpenAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {Prefix}delivery where status <> 2");
    }

    /// <summary>Rows that contradict each other, in sentences.</summary>
    public async Task<IReadOnlyList<string>> CheckRowsAsync() =>
    [
        .. await ReadAsync($"select 'The delivery ' || key || ' is not delivered but ' || status || '.' from {Prefix}delivery where status <> 2"),
        .. await ReadAsync($"select 'The call ' || id || ' has no event.' from calls c where not exists (select 1 from {Prefix}event v where v.subject = c.id)"),
        .. await ReadAsync($"select 'The event of ' || subject || ' has no call.' from {Prefix}event v where not exists (select 1 from calls c where c.id = v.subject)"),
        .. await ReadAsync($"""
            select 'The event ' || v.id || ' has ' || count(*) || ' deliveries.' from {Prefix}event v join {Prefix}delivery d on d.event_key = v.key
            group by v.id having count(*) <> (select count(*) from {Prefix}endpoint)
            """),
        .. await ReadAsync($"""
            select 'The delivery ' || d.key || ' counts ' || d.attempts || ' attempts.' from {Prefix}delivery d
            where d.attempts <> (select count(*) from {Prefix}attempt a where a.delivery_key = d.key)
            """),
    ];

    protected abstract Task<bool> HasTablesAsync();

    protected async Task<HashSet<string>> ReadAsync(string query)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>(query)];
    }
}
