using Outbox.Deliveries;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Clocks may jump by an hour or a year, either way: nothing is lost and nothing is done twice.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class ClockContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    [ContractFact(StoreCapabilities.ClockJumps)]
    public Task An_hour_forward_loses_nothing() => NothingIsLostAsync(Hour);

    [ContractFact(StoreCapabilities.ClockJumps)]
    public Task A_year_forward_loses_nothing() => NothingIsLostAsync(Year);

    [ContractFact(StoreCapabilities.ClockJumps)]
    public Task An_hour_back_loses_nothing() => NothingIsLostAsync(-Hour);

    [ContractFact(StoreCapabilities.ClockJumps)]
    public Task A_year_back_loses_nothing() => NothingIsLostAsync(-Year);

    [ContractFact(StoreCapabilities.ClockJumps)]
    public async Task Immediate_work_is_claimable_after_a_jump_back_even_unhealed()
    {
        await Stores.PutAsync(Some.Endpoint());
        var fresh = await Stores.OweAsync();
        var replayed = await Stores.OweAsync();
        var interrupted = await Stores.OweAsync();
        foreach (var claimed in (await Stores.ClaimAsync()).Where(claimed => claimed.Id != fresh))
        {
            await Stores.SettleAsync(
                claimed,
                claimed.Id == interrupted ? DeliveryTransition.Interrupted(TimeSpan.Zero, "shutdown") : DeliveryTransition.Exhausted);
        }

        await Stores.ReplayAsync(replayed);
        var enqueued = await Stores.OweAsync();
        await Fixture.AdvanceAsync(-Year);

        Assert.Equal(TimeSpan.Zero, await Stores.NextDueInAsync());
        Assert.Equal(
            new[] { replayed, interrupted, enqueued }.Order(),
            (await Stores.ClaimAsync()).Select(claimed => claimed.Id).Order());
    }

    [ContractFact(StoreCapabilities.ClockJumps)]
    public async Task A_lease_that_a_jump_made_endless_is_healed_for_others_and_stays_good_for_its_owner()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        await Stores.OweAsync();
        var claimed = await Stores.ClaimAsync("owner-1");
        await Fixture.AdvanceAsync(-Year);
        Assert.Empty(await Stores.ClaimAsync("owner-2"));

        await Stores.HealAsync();

        Assert.Empty(await Stores.ClaimAsync("owner-1"));
        Assert.True(await Stores.DeliverAsync(claimed[0]));
        Assert.Equal(claimed[1].Id, (await Stores.ClaimOneAsync("owner-2")).Id);
        Assert.False(await Stores.DeliverAsync(claimed[1]));
    }

    [ContractFact(StoreCapabilities.ClockJumps)]
    public async Task Parked_work_goes_on_going_out_though_the_clock_is_set_back_in_the_middle_of_it()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.DisableAsync(endpoint);
        await Stores.OweAsync();
        await Stores.OweAsync();
        await Stores.EnableAsync(endpoint);
        await Stores.DrainAsync(1);
        await Fixture.AdvanceAsync(-Year);

        await Stores.DrainAsync(1);
        await Stores.HealAsync();

        Assert.Equal(2, (await Stores.ClaimAsync()).Count);
    }

    [ContractFact(StoreCapabilities.ClockJumps)]
    public async Task A_jump_forward_does_not_double_the_leases_of_the_owner_at_work()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        var claimed = await Stores.ClaimOneAsync();

        await Fixture.AdvanceAsync(Year);
        await Stores.HealAsync();

        Assert.Empty(await Stores.ClaimAsync());
        Assert.True(await Stores.DeliverAsync(claimed));
    }

    [ContractFact]
    public async Task Healing_leaves_alone_what_is_well()
    {
        await Stores.PutAsync(Some.Endpoint());
        var held = await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 60 * 23)));
        await Stores.OweAsync(Some.Ordered("key"));
        await Stores.OweAsync(Some.Ordered("key"));
        var claimed = await Stores.ClaimOneAsync("owner-1");

        await Stores.HealAsync();

        Assert.Empty(await Stores.ClaimAsync("owner-2"));
        Assert.Equal(["recording"], (await Stores.DetailsAsync(held)).HeldFor);
        Assert.True(await Stores.DeliverAsync(claimed));
    }

    // Of every kind of open work one, across a jump: all of it is delivered within the longest delay, each once, each key in order.
    private async Task NothingIsLostAsync(TimeSpan jump)
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = new List<string> { await Stores.OweAsync(), await Stores.OweAsync() };
        var claimed = await Stores.ClaimAsync();
        await Stores.SettleAsync(claimed[0], DeliveryTransition.RetryAfter(10 * Some.Minute));
        ids.Add(await Stores.OweAsync());
        ids.Add(await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10))));
        ids.Add(await Stores.OweAsync(Some.Ordered("key")));
        ids.Add(await Stores.OweAsync(Some.Ordered("key")));

        await Fixture.AdvanceAsync(jump);
        await Stores.HealAsync();
        Assert.True(await Stores.DeliverAsync(claimed[1]));
        var delivered = new List<string>(await Stores.DeliverAllAsync()) { claimed[1].Id };
        await Fixture.AdvanceAsync(TimeSpan.FromHours(2));
        delivered.AddRange(await Stores.DeliverAllAsync());

        Assert.Equal(ids.Order(), delivered.Order());
        Assert.True(delivered.IndexOf(ids[4]) < delivered.IndexOf(ids[5]), "The second of the key overtook the first.");
    }
}
