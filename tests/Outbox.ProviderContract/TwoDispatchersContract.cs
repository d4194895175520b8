using System.Collections.Concurrent;
using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Two dispatchers of several tasks each on one database: each delivery is claimed once, and all are settled.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class TwoDispatchersContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    private const int EndpointCount = 50;
    private const int EventCount = 400;
    private const int TasksEach = 3;

    [ContractFact]
    public async Task Twenty_thousand_deliveries_are_each_claimed_once_and_all_settled()
    {
        for (var i = 0; i < EndpointCount; i++)
        {
            await Stores.PutAsync(Some.Endpoint());
        }

        await EnqueueAllAsync();
        OutboxStores[] instances = [Stores, await Fixture.OpenAnotherAsync()];
        var claims = new ConcurrentDictionary<long, int>();
        var refused = 0;

        await Task.WhenAll(Enumerable.Range(0, 2 * TasksEach).Select(i => Task.Run(async () =>
        {
            var stores = instances[i % 2];
            while (true)
            {
                var result = await stores.AskAsync($"owner-{i % 2}", limit: 200, perEndpoint: 16);
                if (result.Deliveries.Count == 0)
                {
                    return;
                }

                foreach (var delivery in result.Deliveries)
                {
                    claims.AddOrUpdate(delivery.Key, 1, (_, times) => times + 1);
                }

                var (stored, _) = await stores.Outbox.SettleAsync(
                    [.. result.Deliveries.Select(delivery => new Settlement(delivery, DeliveryTransition.Delivered, Some.Attempt(200)))],
                    CancellationToken.None);
                Interlocked.Add(ref refused, stored.Count(accepted => !accepted));
            }
        })));

        Assert.Empty(claims.Where(claim => claim.Value > 1));
        Assert.Equal(0, refused);
        Assert.Equal(EndpointCount * EventCount, claims.Count);
        Assert.Empty(await Stores.ClaimAsync("owner-3"));
        Assert.Empty(await Stores.ListAsync(new() { Status = DeliveryStatus.Waiting }));
        Assert.Empty(await Stores.ListAsync(new() { Status = DeliveryStatus.Delivering }));
    }

    private async Task EnqueueAllAsync()
    {
        await using var caller = Fixture.Has(StoreCapabilities.CallerTransactions) ? await Fixture.BeginAsync(Stores) : null;
        for (var i = 0; i < EventCount; i++)
        {
            await (caller?.EnqueueAsync(Some.Event()) ?? Outbox.EnqueueAsync(Some.Event(), null, CancellationToken.None));
        }

        await (caller?.CommitAsync() ?? Task.CompletedTask);
    }
}
