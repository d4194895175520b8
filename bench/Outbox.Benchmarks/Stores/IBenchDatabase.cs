using Outbox.Benchmarks.Harness;

namespace Outbox.Benchmarks.Stores;

/// <summary>A database with the outbox's tables and the platform's own table of calls, thrown away at the end.</summary>
internal interface IBenchDatabase : IAsyncDisposable
{
    /// <summary>What another process joins the same database by.</summary>
    string Address { get; }

    /// <summary>Whether enqueueing tells other hosts of it, and so costs more with the wake-up than without.</summary>
    bool TellsOtherHosts { get; }

    /// <summary>Whether only one process, and in it one host, can have it open.</summary>
    bool BelongsToOneHost { get; }

    /// <summary>Chooses the store; <paramref name="wake"/>: whether other hosts are told of new work.</summary>
    void Use(IWebhookOutboxBuilder outbox, bool wake = true);

    /// <summary>Lets the platform's own code in, beside the outbox of the host.</summary>
    ValueTask<IBenchClient> ConnectAsync(OutboxHost host);

    /// <summary>Adds old events whose deliveries are delivered, each with its attempt. No host has the database open.</summary>
    Task RetainAsync(int count, int endpoints);

    /// <summary>Marks endpoints as failing, so that nothing of theirs is claimed for a day. No host has the database open.</summary>
    Task BlockAsync(int firstEndpoint, int endpoints);

    /// <summary>The engine, its version, and the settings that decide how fast it is.</summary>
    ValueTask<string> DescribeAsync();

    /// <summary>How many statements this process's outbox has run in the database; null where the store does not tell.</summary>
    ValueTask<long?> QueriesAsync(IServiceProvider services);
}
