using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Ordering keys: deliveries of one key to one endpoint never overtake each other.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class OrderingContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task Only_the_first_of_a_key_is_claimable_and_the_next_moves_up_when_it_is_delivered()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = await OweAsync(3);

        var first = await Stores.ClaimOneAsync();
        Assert.Equal(ids[0], first.Id);
        Assert.Empty(await Stores.ClaimAsync("owner-2"));
        await Stores.DeliverAsync(first);

        Assert.Equal(ids.Skip(1), await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task A_claim_says_which_deliveries_are_ordered()
    {
        await Stores.PutAsync(Some.Endpoint());
        await OweAsync(1);
        Assert.True((await Stores.ClaimOneAsync()).Ordered);

        await Stores.OweAsync();
        Assert.False((await Stores.ClaimOneAsync()).Ordered);
    }

    [ContractFact]
    public async Task An_exhausted_first_unblocks_the_next()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = await OweAsync(2);

        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Exhausted);

        Assert.Equal(ids[1], (await Stores.ClaimOneAsync()).Id);
    }

    [ContractFact]
    public async Task A_cancelled_first_unblocks_the_next_and_a_cancelled_next_leaves_the_queue()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = await OweAsync(4);

        await Stores.CancelAsync(ids[1]);
        await Stores.CancelAsync(ids[0]);

        Assert.Equal(ids.Skip(2), await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task A_first_that_waits_for_its_retry_keeps_the_queue_behind_it()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = await OweAsync(2);

        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.RetryAfter(10 * Some.Minute));

        Assert.Empty(await Stores.ClaimAsync());
        AssertAbout(10 * Some.Minute, await Stores.NextDueInAsync());
        await AdvanceMinutesAsync(11);
        Assert.Equal(ids, await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task An_interrupted_first_stays_first()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = await OweAsync(2);

        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Interrupted(TimeSpan.Zero, "shutdown"));

        Assert.Equal(ids, await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task A_first_whose_lease_ran_out_stays_first()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = await OweAsync(2);
        await Stores.ClaimOneAsync("owner-1");

        await AdvanceMinutesAsync(6);

        Assert.Equal(ids, await Stores.DeliverAllAsync("owner-2"));
    }

    [ContractFact]
    public async Task Other_keys_other_endpoints_and_unordered_work_go_on()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Ordered("a"));
        await Stores.EnqueueAsync(Some.Ordered("a"));
        await Stores.EnqueueAsync(Some.Ordered("A"));
        await Stores.EnqueueAsync(Some.Event());

        var first = await Stores.ClaimAsync();

        Assert.Equal(6, first.Count);
        await Stores.DeliverAsync(first[0]);
        Assert.Equal(first[0].Endpoint.Id, (await Stores.ClaimOneAsync()).Endpoint.Id);
    }

    [ContractFact]
    public async Task A_held_one_blocks_those_behind_it_until_its_deadline()
    {
        await Stores.PutAsync(Some.Endpoint());
        var first = await Stores.OweAsync(Some.Ordered("key"));
        var held = await Stores.OweAsync(Some.Ordered("key") with { Subject = "call_1", Holds = [Some.Hold("recording", 10)] });
        var last = await Stores.OweAsync(Some.Ordered("key"));

        Assert.Equal([first], await Stores.DeliverAllAsync());
        AssertAbout(10 * Some.Minute, await Stores.NextDueInAsync());
        await AdvanceMinutesAsync(11);
        Assert.Equal([held, last], await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task A_release_does_not_let_a_held_one_overtake()
    {
        await Stores.PutAsync(Some.Endpoint());
        var first = await Stores.OweAsync(Some.Ordered("key"));
        var held = await Stores.OweAsync(Some.Ordered("key") with { Subject = "call_1", Holds = [Some.Hold("recording", 10)] });
        var claimed = await Stores.ClaimOneAsync();

        await Stores.ReleaseAsync(Some.Release("call_1", "recording"));

        Assert.Equal(first, claimed.Id);
        Assert.Empty(await Stores.ClaimAsync());
        await Stores.DeliverAsync(claimed);
        Assert.Equal(held, (await Stores.ClaimOneAsync()).Id);
    }

    [ContractFact]
    public async Task Ordered_held_and_parked_at_once_still_go_in_order()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        var held = await Stores.OweAsync(Some.Ordered("key") with { Subject = "call_1", Holds = [Some.Hold("recording", 20)] });
        var second = await Stores.OweAsync(Some.Ordered("key"));
        await Stores.DisableAsync(endpoint);
        await Stores.ParkAsync();
        var third = await Stores.OweAsync(Some.Ordered("key"));
        await Stores.EnableAsync(endpoint);
        await Stores.DrainAsync();

        Assert.Empty(await Stores.ClaimAsync());
        await AdvanceMinutesAsync(21);

        Assert.Equal([held, second, third], await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task A_queue_that_moves_up_while_it_is_parked_goes_on_when_it_is_let_out()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        var ids = await OweAsync(3);
        var first = await Stores.ClaimOneAsync();
        await Stores.DisableAsync(endpoint);
        await Stores.ParkAsync();

        await Stores.DeliverAsync(first);
        await Stores.EnableAsync(endpoint);
        Assert.True(await Stores.DrainAsync(portion: 1));

        Assert.Equal([ids[1]], await Stores.DeliverAllAsync());
        await AdvanceMinutesAsync(3);
        Assert.False(await Stores.DrainAsync(portion: 1));
        Assert.Equal([ids[2]], await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task A_replayed_one_waits_for_the_one_on_the_wire_and_goes_before_those_that_are_younger()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = await OweAsync(3);
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Exhausted);
        var second = await Stores.ClaimOneAsync();

        Assert.Equal(1, await Stores.ReplayAsync(ids[0]));

        Assert.Empty(await Stores.ClaimAsync());
        await Stores.DeliverAsync(second);
        Assert.Equal([ids[0], ids[2]], await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task Several_replayed_at_once_go_one_at_a_time_in_their_order()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = await OweAsync(3);
        await Stores.DeliverAllAsync();

        var batch = await Deliveries.ReplayAsync(null, new() { Status = DeliveryStatus.Delivered }, 10, null, CancellationToken.None);
        Assert.Equal(3, batch.Replayed);

        Assert.Single(await Stores.ClaimAsync());
        await AdvanceMinutesAsync(6);
        Assert.Equal(ids, await Stores.DeliverAllAsync("owner-2"));
    }

    private async Task<IReadOnlyList<string>> OweAsync(int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add(await Stores.OweAsync(Some.Ordered("key")));
        }

        return ids;
    }
}
