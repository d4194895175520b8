using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>An endpoint that fails is left alone for a while, and what waits for it spends nothing.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class BreakerContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task Failures_in_a_row_are_told_to_the_next_claim_and_end_with_a_success()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        var well = await Stores.ClaimOneAsync();
        await Stores.SettleAllAsync(Some.Failure(well));
        var since = await Fixture.NowAsync();
        await AdvanceMinutesAsync(30);
        await Stores.SettleAllAsync(Some.Failure(await Stores.ClaimOneAsync()));
        var failing = await Stores.ClaimOneAsync();
        var stored = await GetAsync(endpoint);

        Assert.Equal((0, TimeSpan.Zero), (well.Endpoint.FailuresInARow, well.Endpoint.FailingFor));
        Assert.Equal(2, failing.Endpoint.FailuresInARow);
        Assert.InRange(failing.Endpoint.FailingFor, TimeSpan.FromMinutes(29), TimeSpan.FromMinutes(31));
        Assert.Equal((2, null), (stored.FailuresInARow, stored.BlockedUntil));
        AssertAbout(since - TimeSpan.FromSeconds(49), stored.FailingSince);

        await Stores.SettleAllAsync(Some.Success(failing));
        stored = await GetAsync(endpoint);
        Assert.Equal((0, null), (stored.FailuresInARow, stored.FailingSince));
    }

    [ContractFact]
    public async Task The_failure_that_reaches_the_limit_blocks_that_endpoint_and_no_other()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { Scope = "number:1" });
        var other = await Stores.PutAsync(Some.Endpoint() with { Scope = "number:2" });
        await OweAsync(5, "number:1", "number:2");
        var claimed = (await Stores.ClaimAsync()).Where(delivery => delivery.Endpoint.Id == endpoint.Id).ToList();
        await Stores.SettleAllAsync(Some.Failure(claimed[0], blockFrom: 3), Some.Failure(claimed[1], blockFrom: 3));
        Assert.Equal(2, (await Stores.ClaimAsync()).Count);

        await Stores.SettleAllAsync(Some.Failure(claimed[2], blockFrom: 3));
        await OweAsync(2, "number:1", "number:2");
        var after = await Stores.AskAsync();

        Assert.All(after.Deliveries, delivery => Assert.Equal(other.Id, delivery.Endpoint.Id));
        Assert.Equal(2, after.Deliveries.Count);
        Assert.False(after.More);
        AssertAbout(10 * Some.Minute, await Stores.NextDueInAsync());
        AssertAbout(await Fixture.NowAsync() + (10 * Some.Minute) - TimeSpan.FromSeconds(49), (await GetAsync(endpoint)).BlockedUntil);
    }

    [ContractFact]
    public async Task Endpoints_between_blocked_ones_have_their_turn_and_the_blocked_ones_later()
    {
        string[] scopes = [.. Enumerable.Range(0, 12).Select(i => $"number:{i}")];
        string[] open = ["number:0", "number:4", "number:5", "number:8", "number:11"];
        foreach (var scope in scopes)
        {
            await Stores.PutAsync(Some.Endpoint() with { Id = $"ep_{scope}", Scope = scope });
        }

        await OweAsync(1, scopes);
        foreach (var sick in (await Stores.ClaimAsync()).Where(delivery => !open.Contains(ScopeOf(delivery))))
        {
            await Stores.SettleAllAsync(Some.Failure(sick, blockFrom: 1));
        }

        await OweAsync(2, scopes);
        var first = await Stores.ClaimAsync(limit: 3);
        var second = await Stores.AskAsync();
        await AdvanceMinutesAsync(11);
        var third = await Stores.ClaimAsync("owner-2");

        Assert.Equal(open.Concat(open).Order(), first.Concat(second.Deliveries).Select(ScopeOf).Order());
        Assert.False(second.More);
        Assert.Equal(scopes.Except(open).Order(), third.Select(ScopeOf).Except(open).Order());

        static string ScopeOf(ClaimedDelivery delivery) => delivery.Endpoint.Id["ep_".Length..];
    }

    [ContractFact]
    public async Task What_waits_behind_a_block_spends_no_tries()
    {
        await BlockAsync();
        var ids = await OweAsync(5);
        await AdvanceMinutesAsync(5);

        Assert.Empty(await Stores.ClaimAsync());
        foreach (var id in ids)
        {
            Assert.Equal((DeliveryStatus.Waiting, 0), ((await Stores.DetailsAsync(id)).Status, (await Stores.DetailsAsync(id)).Attempts));
        }
    }

    [ContractFact]
    public async Task A_half_open_endpoint_gives_its_oldest_and_only_that_however_many_ask()
    {
        await BlockAsync();
        await OweAsync(20);
        await AdvanceMinutesAsync(11);
        Assert.Equal(TimeSpan.Zero, await Stores.NextDueInAsync());

        var asked = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Stores.AskAsync($"owner-{i}")));

        var probe = Assert.Single(asked.SelectMany(result => result.Deliveries));
        Assert.Equal(1, probe.FailedTries);
        Assert.All(asked, result => Assert.False(result.More));
        AssertAbout(StoreVerbs.Lease, await Stores.NextDueInAsync());
    }

    [ContractFact]
    public async Task A_success_opens_a_half_open_endpoint_for_all_that_wait()
    {
        var endpoint = await BlockAsync();
        await OweAsync(5);
        await AdvanceMinutesAsync(11);

        await Stores.SettleAllAsync(Some.Success(await Stores.ClaimOneAsync()));

        Assert.Equal(5, (await Stores.ClaimAsync()).Count);
        Assert.Equal((0, null), ((await GetAsync(endpoint)).FailuresInARow, (await GetAsync(endpoint)).BlockedUntil));
    }

    [ContractFact]
    public async Task A_failure_of_a_half_open_endpoint_blocks_it_for_as_long_as_it_says()
    {
        var endpoint = await BlockAsync();
        await OweAsync(5);
        await AdvanceMinutesAsync(11);

        await Stores.SettleAllAsync(Some.Failure(await Stores.ClaimOneAsync(), blockFrom: 1, blockMinutes: 2));

        AssertAbout(2 * Some.Minute, await Stores.NextDueInAsync());
        Assert.Equal(2, (await GetAsync(endpoint)).FailuresInARow);
        await AdvanceMinutesAsync(3);
        Assert.Single(await Stores.ClaimAsync());
    }

    [ContractFact]
    public async Task A_probe_that_was_interrupted_is_given_back_at_once()
    {
        await BlockAsync();
        await OweAsync(5);
        await AdvanceMinutesAsync(11);

        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Interrupted(TimeSpan.Zero, "shutdown"));

        await Stores.ClaimOneAsync("owner-2");
        Assert.Empty(await Stores.ClaimAsync("owner-3"));
    }

    [ContractFact]
    public async Task A_refusal_of_a_half_open_endpoint_lets_the_next_one_try()
    {
        var endpoint = await BlockAsync();
        await OweAsync(5);
        await AdvanceMinutesAsync(11);

        await Stores.SettleAllAsync(Some.Retry(await Stores.ClaimOneAsync(), EndpointEffect.Refused));

        await Stores.ClaimOneAsync();
        Assert.NotNull((await GetAsync(endpoint)).BlockedUntil);
    }

    [ContractFact]
    public async Task A_probe_whose_dispatcher_died_is_replaced_when_its_lease_has_run_out()
    {
        await BlockAsync();
        await OweAsync(5);
        await AdvanceMinutesAsync(11);
        await Stores.ClaimOneAsync("dead");
        await AdvanceMinutesAsync(StoreVerbs.Lease.TotalMinutes - 2);
        Assert.Empty(await Stores.ClaimAsync("owner-2"));

        await AdvanceMinutesAsync(3);

        await Stores.ClaimOneAsync("owner-2");
        Assert.Empty(await Stores.ClaimAsync("owner-3"));
    }

    [ContractFact]
    public async Task A_settlement_that_is_refused_says_nothing_about_the_endpoint()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var claimed = await Stores.ClaimOneAsync();
        await Stores.CancelAsync(id);

        Assert.Equal([false], await Stores.SettleAllAsync(Some.Failure(claimed, blockFrom: 1)));
        Assert.Equal(0, (await GetAsync(endpoint)).FailuresInARow);

        await BlockAsync(endpoint);
        Assert.Equal([false], await Stores.SettleAllAsync(Some.Success(claimed)));
        Assert.NotNull((await GetAsync(endpoint)).BlockedUntil);
    }

    [ContractFact]
    public async Task Refusals_are_counted_and_block_nothing()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await OweAsync(20);
        foreach (var claimed in await Stores.ClaimAsync())
        {
            await Stores.SettleAllAsync(Some.Retry(claimed, EndpointEffect.Refused));
        }

        Assert.Equal((20, null), ((await GetAsync(endpoint)).FailuresInARow, (await GetAsync(endpoint)).BlockedUntil));
        Assert.Equal(20, (await Stores.ClaimAsync()).Count);
    }

    [ContractFact]
    public async Task Of_one_batch_a_success_outweighs_the_failures()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await OweAsync(3);
        var claimed = await Stores.ClaimAsync();

        await Stores.SettleAllAsync(
            Some.Failure(claimed[0], blockFrom: 1), Some.Success(claimed[1], EndpointEffect.Succeeded), Some.Failure(claimed[2], blockFrom: 1));

        Assert.Equal((0, null), ((await GetAsync(endpoint)).FailuresInARow, (await GetAsync(endpoint)).BlockedUntil));
    }

    [ContractFact]
    public async Task A_success_from_before_a_block_ends_the_failures_but_not_the_block()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await OweAsync(4);
        var claimed = await Stores.ClaimAsync();
        await Stores.SettleAllAsync(Some.Failure(claimed[0]));
        await Stores.SettleAllAsync(Some.Success(claimed[1], EndpointEffect.Succeeded));
        Assert.Equal(0, (await GetAsync(endpoint)).FailuresInARow);

        await Stores.SettleAllAsync(Some.Failure(claimed[2], blockFrom: 1));
        await Stores.SettleAllAsync(Some.Success(claimed[3], EndpointEffect.Succeeded));

        Assert.Equal(1, (await GetAsync(endpoint)).FailuresInARow);
        Assert.Empty(await Stores.ClaimAsync());
    }

    [ContractFact]
    public async Task A_late_failure_does_not_shorten_a_block()
    {
        await Stores.PutAsync(Some.Endpoint());
        await OweAsync(2);
        var claimed = await Stores.ClaimAsync();
        await Stores.SettleAllAsync(Some.Failure(claimed[0], blockFrom: 1, blockMinutes: 60));

        await Stores.SettleAllAsync(Some.Failure(claimed[1], blockFrom: 1, blockMinutes: 2));

        AssertAbout(60 * Some.Minute, await Stores.NextDueInAsync());
    }

    [ContractFact]
    public async Task A_put_that_forgets_the_failures_opens_the_endpoint_at_once()
    {
        var endpoint = await BlockAsync();
        await OweAsync(5);
        await Stores.ChangeAsync(endpoint, found => found with { Url = "https://receiver.example/moved" });
        Assert.Empty(await Stores.ClaimAsync());

        await Stores.ChangeAsync(endpoint, found => found with { FailuresInARow = 0, FailingSince = null, BlockedUntil = null });

        Assert.Equal(6, (await Stores.ClaimAsync()).Count);
    }

    [ContractFact(StoreCapabilities.ClockJumps)]
    public async Task A_block_that_a_jumping_clock_left_far_ahead_is_mended()
    {
        await BlockAsync();
        await AdvanceMinutesAsync(-60 * 24 * 5);
        Assert.Empty(await Stores.ClaimAsync());

        await Stores.HealAsync();

        Assert.Single(await Stores.ClaimAsync());
    }

    [ContractFact(StoreCapabilities.Durable)]
    public async Task A_block_outlives_the_instance_that_stored_it()
    {
        await BlockAsync();
        await OweAsync(5);

        Assert.Empty(await (await Fixture.OpenAnotherAsync()).ClaimAsync());
    }

    private async Task<StoredEndpoint> GetAsync(StoredEndpoint endpoint) => (await Endpoints.GetAsync(endpoint.Id, CancellationToken.None))!;

    private async Task<IReadOnlyList<string>> OweAsync(int count, params string[] scopes)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.AddRange((await Stores.EnqueueAsync(Some.Event() with { Scopes = scopes is [] ? ["all"] : scopes })).DeliveryIds);
        }

        return ids;
    }

    /// <summary>An endpoint that is blocked for ten minutes after one failure; the delivery that failed is its oldest due.</summary>
    private async Task<StoredEndpoint> BlockAsync(StoredEndpoint? endpoint = null)
    {
        endpoint ??= await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        await Stores.SettleAllAsync(Some.Failure(await Stores.ClaimOneAsync(), blockFrom: 1));
        return endpoint;
    }
}
