using System.Data.Common;
using Outbox.Benchmarks.Harness;

namespace Outbox.Benchmarks.Stores;

/// <summary>A connection of the platform's own, whose transactions are plain ones of ADO.NET.</summary>
internal sealed class SqlClient(ISqlBench database, DbConnection connection, IWebhookOutbox outbox) : IBenchClient
{
    private readonly DbCommand _insertCall = database.InsertCall(connection);
    private IReadOnlyList<DbCommand>? _insertByHand;

    public async ValueTask<long> CommitAsync(string call, long number, int endpoint)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await InsertCallAsync(call, transaction);
        await outbox.EnqueueAsync(Payload.Event(number, endpoint), transaction);
        await transaction.CommitAsync();
        return Timing.Now;
    }

    public async ValueTask<long> CommitCallAsync(string call)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await InsertCallAsync(call, transaction);
        await transaction.CommitAsync();
        return Timing.Now;
    }

    public async ValueTask<long> CommitByHandAsync(string call, long number)
    {
        _insertByHand ??= database.InsertEventAndDelivery(connection);
        await using var transaction = await connection.BeginTransactionAsync();
        await InsertCallAsync(call, transaction);
        foreach (var insert in _insertByHand)
        {
            insert.Transaction = transaction;
            insert.Parameters[0].Value = call;
            if (insert.Parameters.Count > 1)
            {
                insert.Parameters[1].Value = BareSender.DataOf(number);
            }

            await insert.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
        return Timing.Now;
    }

    public async ValueTask CommitEventsAsync(IEnumerable<WebhookEvent> events)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var webhookEvent in events)
        {
            await outbox.EnqueueAsync(webhookEvent, transaction);
        }

        await transaction.CommitAsync();
    }

    public async ValueTask CommitEndpointsAsync(IEnumerable<WebhookEndpoint> endpoints)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var endpoint in endpoints)
        {
            await outbox.Endpoints.PutAsync(endpoint, transaction);
        }

        await transaction.CommitAsync();
    }

    public ValueTask<bool> HasOpenAsync(int endpoints = int.MaxValue) => database.HasOpenAsync(connection, endpoints);

    public async ValueTask DisposeAsync()
    {
        foreach (var command in (_insertByHand ?? []).Append(_insertCall))
        {
            await command.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    private async Task InsertCallAsync(string call, DbTransaction transaction)
    {
        _insertCall.Transaction = transaction;
        _insertCall.Parameters[0].Value = call;
        await _insertCall.ExecuteNonQueryAsync();
    }
}
