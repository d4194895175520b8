using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Outbox.Storage;

namespace Outbox.ProviderContract;

/// <summary>A transaction of the host's own, in which it writes its row and enqueues.</summary>
public abstract class CallerTransaction : IAsyncDisposable
{
    /// <summary>Writes a row of the host's own.</summary>
    public abstract ValueTask InsertCallAsync(string id);

    /// <summary>Enqueues in this transaction.</summary>
    public abstract ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent);

    /// <summary>Releases holds in this transaction.</summary>
    public abstract ValueTask<ArtifactOutcome> ReleaseAsync(HoldRelease release);

    /// <summary>Puts an endpoint in this transaction.</summary>
    public abstract ValueTask<StoredEndpoint> PutAsync(EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change);

    /// <summary>Commits.</summary>
    public abstract Task CommitAsync();

    /// <summary>Rolls back.</summary>
    public abstract Task RollbackAsync();

    /// <summary>Rolls back what is not committed.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>One of ADO.NET, on a connection of the host's.</summary>
public sealed class DbCallerTransaction(OutboxStores stores, DbConnection connection, DbTransaction transaction) : CallerTransaction
{
    /// <inheritdoc/>
    public override ValueTask InsertCallAsync(string id) => connection.RunAsync($"insert into calls (id) values ('{id}')", transaction);

    /// <inheritdoc/>
    public override ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent) => stores.Outbox.EnqueueAsync(newEvent, transaction, CancellationToken.None);

    /// <inheritdoc/>
    public override ValueTask<ArtifactOutcome> ReleaseAsync(HoldRelease release) => stores.Outbox.ReleaseHoldAsync(release, transaction, CancellationToken.None);

    /// <inheritdoc/>
    public override ValueTask<StoredEndpoint> PutAsync(EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change) =>
        stores.Endpoints.PutAsync(lookup, change, transaction, CancellationToken.None);

    /// <inheritdoc/>
    public override Task CommitAsync() => transaction.CommitAsync();

    /// <inheritdoc/>
    public override Task RollbackAsync() => transaction.RollbackAsync();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}

internal static class ConnectionExtensions
{
    [SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "The cases' own constants, and the store's script.")]
    public static async ValueTask RunAsync(this DbConnection connection, string sql, DbTransaction? transaction = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync();
    }
}
