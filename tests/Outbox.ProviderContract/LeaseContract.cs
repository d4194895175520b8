using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Leases: who holds a delivery, for how long, and who takes over.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class LeaseContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task A_lease_that_runs_out_goes_to_another_owner_with_a_higher_token()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        var first = await Stores.ClaimOneAsync("owner-1");

        await AdvanceMinutesAsync(6);

        var second = await Stores.ClaimOneAsync("owner-2");
        Assert.Equal((first.Key, first.Id), (second.Key, second.Id));
        Assert.True(second.LeaseToken > first.LeaseToken);
        Assert.Equal(0, second.FailedTries);
    }

    [ContractFact]
    public async Task A_lease_that_has_not_run_out_stays_with_its_owner()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        await Stores.ClaimOneAsync("owner-1");

        await AdvanceMinutesAsync(4);

        Assert.Empty(await Stores.ClaimAsync("owner-2"));
    }

    [ContractFact]
    public async Task A_lease_that_runs_out_does_not_go_to_its_own_owner_which_may_still_be_at_work()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        var claimed = await Stores.ClaimOneAsync("owner-1");

        await AdvanceMinutesAsync(6);

        Assert.Empty(await Stores.ClaimAsync("owner-1"));
        Assert.True(await Stores.DeliverAsync(claimed));
    }

    [ContractFact]
    public async Task A_lease_that_runs_out_does_not_go_to_the_process_that_has_still_to_settle_it_whatever_name_it_asks_under()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        await Stores.OweAsync();
        var claimed = await Stores.ClaimAsync("owner-1/0");

        await AdvanceMinutesAsync(6);

        var taken = await Stores.AskAsync("owner-1/1", unsettled: claimed[0].Key);
        Assert.Equal([claimed[1].Key], taken.Deliveries.Select(delivery => delivery.Key));
        Assert.True(await Stores.DeliverAsync(claimed[0]));
        Assert.False(await Stores.DeliverAsync(claimed[1]));
    }

    [ContractFact]
    public async Task Every_claim_of_a_delivery_has_a_higher_token_than_the_one_before()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var tokens = new List<long>();

        var claimed = await Stores.ClaimOneAsync();
        tokens.Add(claimed.LeaseToken);
        await Stores.SettleAsync(claimed, DeliveryTransition.Interrupted(TimeSpan.Zero, "shutdown"));
        claimed = await Stores.ClaimOneAsync();
        tokens.Add(claimed.LeaseToken);
        await Stores.SettleAsync(claimed, DeliveryTransition.RetryAfter(TimeSpan.Zero));
        claimed = await Stores.ClaimOneAsync();
        tokens.Add(claimed.LeaseToken);
        await Stores.DeliverAsync(claimed);
        await Stores.ReplayAsync(id);
        tokens.Add((await Stores.ClaimOneAsync()).LeaseToken);

        Assert.Equal(tokens.Distinct().Order(), tokens);
    }

    [ContractFact]
    public async Task A_lease_taken_over_counts_against_the_limits_like_any_work()
    {
        await Stores.PutAsync(Some.Endpoint());
        for (var i = 0; i < 4; i++)
        {
            await Stores.OweAsync();
        }

        Assert.Equal(4, (await Stores.ClaimAsync("owner-1")).Count);
        await AdvanceMinutesAsync(6);

        var result = await Stores.AskAsync("owner-2", limit: 10, perEndpoint: 3);

        Assert.Equal(3, result.Deliveries.Count);
        Assert.True(result.More);
    }

    [ContractFact(StoreCapabilities.ManyDispatchers)]
    public async Task Two_processes_may_dispatch_at_once()
    {
        var another = await Fixture.OpenAnotherAsync();

        await using var first = await Outbox.TryStartDispatchingAsync("owner-1", CancellationToken.None);
        await using var second = await another.Outbox.TryStartDispatchingAsync("owner-2", CancellationToken.None);

        Assert.NotNull(first);
        Assert.NotNull(second);
    }

    [ContractFact(StoreCapabilities.OneDispatcher)]
    public async Task Only_one_process_dispatches_and_the_next_may_when_it_stops()
    {
        var another = await Fixture.OpenAnotherAsync();

        var first = await Outbox.TryStartDispatchingAsync("owner-1", CancellationToken.None);
        Assert.NotNull(first);
        Assert.Null(await another.Outbox.TryStartDispatchingAsync("owner-2", CancellationToken.None));
        await first.DisposeAsync();
        await using var second = await another.Outbox.TryStartDispatchingAsync("owner-2", CancellationToken.None);

        Assert.NotNull(second);
    }

    [ContractFact(StoreCapabilities.OneDispatcher)]
    public async Task A_successor_takes_over_at_once_what_a_dead_process_had_leased()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        var first = await Outbox.TryStartDispatchingAsync("owner-1", CancellationToken.None);
        var abandoned = await Stores.ClaimOneAsync("owner-1");
        await first!.DisposeAsync();

        var another = await Fixture.OpenAnotherAsync();
        await using var second = await another.Outbox.TryStartDispatchingAsync("owner-2", CancellationToken.None);

        Assert.Equal(abandoned.Id, (await another.ClaimOneAsync("owner-2")).Id);
        Assert.False(await Stores.DeliverAsync(abandoned));
    }
}
