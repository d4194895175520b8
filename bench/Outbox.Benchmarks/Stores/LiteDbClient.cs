using LiteDB;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Benchmarks.Harness;

namespace Outbox.Benchmarks.Stores;

/// <summary>The platform's own code on the <see cref="ILiteDatabase"/> of the host. It takes its turn on the thread that calls it.</summary>
internal sealed class LiteDbClient(LiteDbBench bench, OutboxHost host) : IBenchClient
{
    private readonly IWebhookOutbox _outbox = host.Outbox;
    private readonly ILiteDatabase _database = host.Services.GetRequiredService<ILiteDatabase>();

    public ValueTask<long> CommitAsync(string call, long number, int endpoint)
    {
        _outbox.Transact(_database, transaction =>
        {
            _database.GetCollection("calls").Insert(LiteDbByHand.Call(call));
            transaction.Enqueue(Payload.Event(number, endpoint));
        });
        return ValueTask.FromResult(Timing.Now);
    }

    public ValueTask<long> CommitCallAsync(string call) => ValueTask.FromResult(bench.ByHand(host).CommitCall(call));

    public ValueTask<long> CommitByHandAsync(string call, long number) => ValueTask.FromResult(bench.ByHand(host).Commit(call, number));

    public ValueTask CommitEventsAsync(IEnumerable<WebhookEvent> events)
    {
        _outbox.Transact(_database, transaction =>
        {
            foreach (var webhookEvent in events)
            {
                transaction.Enqueue(webhookEvent);
            }
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask CommitEndpointsAsync(IEnumerable<WebhookEndpoint> endpoints)
    {
        _outbox.Transact(_database, transaction =>
        {
            foreach (var endpoint in endpoints)
            {
                transaction.PutEndpoint(endpoint);
            }
        });
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> HasOpenAsync(int endpoints = int.MaxValue) => ValueTask.FromResult(
        Keys("place", LiteDbBench.Key(0, 0), LiteDbBench.Key(0, 0, endpoints + 1L)).Any()
        || Between("place", LiteDbBench.Key(0, 1), LiteDbBench.Key(1)).Where("$.endpoint <= @0", endpoints).Limit(1).ToEnumerable().Any()
        || Between("place", LiteDbBench.Key(1), LiteDbBench.Key(2)).Where("$.endpoint <= @0", endpoints).Limit(1).ToEnumerable().Any());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>From the index alone: no document is read.</summary>
    private IEnumerable<BsonDocument> Keys(string index, byte[] from, byte[] until) => Between(index, from, until).Select($"$.{index}").ToEnumerable();

    private ILiteQueryable<BsonDocument> Between(string index, byte[] from, byte[] until) =>
        _database.GetCollection("outbox_delivery").Query().Where($"$.{index} BETWEEN @0 AND @1", from, until);
}
