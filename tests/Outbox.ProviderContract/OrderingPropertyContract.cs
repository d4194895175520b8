using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Ordering under random schedules of two owners: whatever happens, nothing overtakes and nothing is stuck.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class OrderingPropertyContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public Task Nothing_overtakes_whatever_two_owners_do_seed_1() => NothingOvertakesAsync(1);

    [ContractFact]
    public Task Nothing_overtakes_whatever_two_owners_do_seed_2() => NothingOvertakesAsync(2);

    [ContractFact]
    public Task Nothing_overtakes_whatever_two_owners_do_seed_3() => NothingOvertakesAsync(3);

    private async Task NothingOvertakesAsync(ulong seed)
    {
        var random = new Prng(seed);
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        OutboxStores[] owners = [Stores, await Fixture.OpenAnotherAsync()];
        var queues = new Dictionary<string, string>(StringComparer.Ordinal);
        var enqueued = new List<string>();
        var replayed = new HashSet<string>(StringComparer.Ordinal);
        var leases = new List<(int Owner, ClaimedDelivery Delivery)>();

        for (var step = 0; step < 300; step++)
        {
            var owner = random.Below(2);
            switch (random.Below(10))
            {
                case 0 or 1 or 2:
                    var key = $"key-{random.Below(3)}";
                    var holds = random.Below(4) == 0 ? [Some.Hold("recording", 3)] : Array.Empty<WebhookHold>();
                    var id = await Stores.OweAsync(Some.Ordered(key) with { Subject = "call_1", Holds = holds });
                    queues.Add(id, key);
                    enqueued.Add(id);
                    break;
                case 3 or 4 or 5:
                    leases.AddRange((await owners[owner].ClaimAsync($"owner-{owner}", limit: 1 + random.Below(3))).Select(claimed => (owner, claimed)));
                    break;
                case 6 or 7 when leases.Count > 0:
                    var (settler, delivery) = leases[random.Below(leases.Count)];
                    await owners[settler].SettleAsync(delivery, Transition(random));
                    break;
                case 8:
                    await AdvanceMinutesAsync(random.Below(7));
                    break;
                case 9 when enqueued.Count > 0 && random.Below(3) == 0:
                    var again = enqueued[random.Below(enqueued.Count)];
                    if (await Stores.ReplayAsync(again) == 1)
                    {
                        replayed.Add(again);
                    }

                    break;
                case 9:
                    await ManageAsync(random, endpoint, enqueued);
                    break;
            }

            await AssertInOrderAsync(queues, enqueued, replayed, $"seed {seed}, step {step}");
        }

        await FinishAsync(endpoint);
        Assert.All(await Stores.ListAsync(), delivery => Assert.NotNull(delivery.ClosedAt));
    }

    private static DeliveryTransition Transition(Prng random) => random.Below(6) switch
    {
        0 => DeliveryTransition.RetryAfter(TimeSpan.Zero),
        1 => DeliveryTransition.RetryAfter(2 * Some.Minute),
        2 => DeliveryTransition.Interrupted(TimeSpan.Zero, "shutdown"),
        3 => DeliveryTransition.Exhausted,
        _ => DeliveryTransition.Delivered,
    };

    private async Task ManageAsync(Prng random, StoredEndpoint endpoint, List<string> enqueued)
    {
        switch (random.Below(6))
        {
            case 0 when enqueued.Count > 0:
                await Stores.CancelAsync(enqueued[random.Below(enqueued.Count)]);
                break;
            case 1:
                await Stores.DisableAsync(endpoint);
                await Stores.ParkAsync(limit: 2);
                break;
            case 2 or 3:
                await Stores.EnableAsync(endpoint);
                await Stores.DrainAsync(portion: 2);
                break;
            case 4:
                await Stores.ReleaseAsync(Some.Release("call_1", "recording"));
                break;
            case 5:
                await Stores.HealAsync();
                break;
        }
    }

    // Of each key at most one is on the wire, and all before it are closed but those that were replayed, which may come late.
    private async Task AssertInOrderAsync(Dictionary<string, string> queues, List<string> enqueued, HashSet<string> replayed, string where)
    {
        var all = (await Stores.ListAsync()).ToDictionary(delivery => delivery.Id, StringComparer.Ordinal);
        var open = new HashSet<string>(StringComparer.Ordinal);
        var onTheWire = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in enqueued)
        {
            var (key, delivery) = (queues[id], all[id]);
            if (delivery.Status == DeliveryStatus.Delivering)
            {
                Assert.False(open.Contains(key), $"{where}: {id} overtook an open one of {key}.");
                Assert.True(onTheWire.Add(key), $"{where}: {id} is not the only one of {key} on the wire.");
            }

            if (delivery.ClosedAt is null && !replayed.Contains(id))
            {
                open.Add(key);
            }
        }
    }

    private async Task FinishAsync(StoredEndpoint endpoint)
    {
        await Stores.EnableAsync(endpoint);
        for (var round = 0; round < 50; round++)
        {
            await AdvanceMinutesAsync(10);
            await Stores.DrainAsync();
            await Stores.DeliverAllAsync("owner-finish");
        }
    }
}
