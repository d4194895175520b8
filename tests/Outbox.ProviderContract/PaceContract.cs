using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>An endpoint with a limit per second. The clock may run on between two claims, and the cases allow what it lets through.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class PaceContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    private static readonly string[] Both = ["number:1", "number:2"];

    [ContractFact]
    public async Task One_a_second_is_one_a_second_for_all_dispatchers_together()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { MaxPerSecond = 1 });
        await OweAsync(20);
        var began = await Fixture.NowAsync();

        var first = await Stores.AskAsync("owner-1");
        var others = await Task.WhenAll(Enumerable.Range(2, 6).Select(i => Stores.AskAsync($"owner-{i}")));

        var seconds = (await Fixture.NowAsync() - began).TotalSeconds;
        Assert.Single(first.Deliveries);
        Assert.False(first.More);
        Assert.InRange(others.Sum(result => result.Deliveries.Count), 0, (int)Math.Ceiling(seconds));
        Assert.Equal(1, (await Endpoints.GetAsync(endpoint.Id, CancellationToken.None))!.MaxPerSecond);
    }

    [ContractFact]
    public async Task A_claim_takes_a_tenth_of_a_second_of_it_and_no_other_endpoint_waits()
    {
        var paced = await Stores.PutAsync(Some.Endpoint() with { Scope = "number:1", MaxPerSecond = 50 });
        await Stores.PutAsync(Some.Endpoint() with { Scope = "number:2" });
        await OweAsync(20, Both);

        var claimed = await Stores.ClaimAsync();

        Assert.Equal(5, claimed.Count(delivery => delivery.Endpoint.Id == paced.Id));
        Assert.Equal(20, claimed.Count(delivery => delivery.Endpoint.Id != paced.Id));
    }

    [ContractFact]
    public async Task What_was_not_used_is_not_saved_up()
    {
        await Stores.PutAsync(Some.Endpoint() with { MaxPerSecond = 20 });
        await OweAsync(20);
        await Stores.ClaimAsync();
        await AdvanceMinutesAsync(10);

        Assert.Equal(2, (await Stores.ClaimAsync()).Count);
    }

    [ContractFact]
    public async Task What_is_due_at_a_paced_endpoint_is_due_when_the_next_portion_is()
    {
        await Stores.PutAsync(Some.Endpoint() with { MaxPerSecond = 1 });
        await OweAsync(3);
        await Stores.ClaimAsync();

        var wait = await Stores.NextDueInAsync();
        Assert.NotNull(wait);
        Assert.InRange(wait.Value, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [ContractFact(StoreCapabilities.ClockJumps)]
    public async Task A_clock_that_jumps_back_stops_no_paced_endpoint()
    {
        await Stores.PutAsync(Some.Endpoint() with { MaxPerSecond = 1 });
        await OweAsync(3);
        await Stores.ClaimAsync();
        await AdvanceMinutesAsync(-60);

        Assert.Single(await Stores.ClaimAsync());
    }

    private async Task OweAsync(int count, params string[] scopes)
    {
        for (var i = 0; i < count; i++)
        {
            await Stores.EnqueueAsync(Some.Event() with { Scopes = scopes is [] ? ["all"] : scopes });
        }
    }
}
