using System.Data.Common;

namespace Outbox.Benchmarks.Stores;

/// <summary>A database with the outbox's tables and the platform's own table of calls, thrown away at the end.</summary>
internal interface IBenchDatabase : IAsyncDisposable
{
    /// <summary>What another process joins the same database by.</summary>
    string Address { get; }

    /// <summary>Whether enqueueing tells other hosts of it, and so costs more with the wake-up than without.</summary>
    bool TellsOtherHosts { get; }

    /// <summary>Chooses the store; <paramref name="wake"/>: whether other hosts are told of new work.</summary>
    void Use(IWebhookOutboxBuilder outbox, bool wake = true);

    ValueTask<DbConnection> ConnectAsync();

    /// <summary>Inserts the platform's own row, by a prepared command.</summary>
    DbCommand InsertCall(DbConnection connection);

    /// <summary>What a hand-written outbox would insert: an event row and a delivery row in the same tables, by prepared commands.</summary>
    IReadOnlyList<DbCommand> InsertEventAndDelivery(DbConnection connection);

    /// <summary>Whether any delivery of the first so many endpoints is still to be delivered.</summary>
    ValueTask<bool> HasOpenAsync(DbConnection connection, int endpoints = int.MaxValue);

    /// <summary>How many deliveries of these endpoints are delivered.</summary>
    ValueTask<long> DeliveredAsync(DbConnection connection, int firstEndpoint, int endpoints);

    /// <summary>Adds old events whose deliveries are delivered, each with its attempt.</summary>
    Task RetainAsync(int count, int endpoints);

    /// <summary>Marks endpoints as failing, so that nothing of theirs is claimed for a day.</summary>
    Task BlockAsync(int firstEndpoint, int endpoints);

    /// <summary>The engine, its version, and the settings that decide how fast it is.</summary>
    ValueTask<string> DescribeAsync();

    /// <summary>How many statements this process's outbox has run in the database; null where the store does not tell.</summary>
    ValueTask<long?> QueriesAsync(IServiceProvider services);
}
