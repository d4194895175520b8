using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Pruning: what is closed and old goes, in bounded batches; what is open stays.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class PruneContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    private static readonly PruneRequest Weekly = new() { KeepDelivered = TimeSpan.FromDays(7), KeepExhausted = TimeSpan.FromDays(30), BatchSize = 100 };

    [ContractFact]
    public async Task Each_closed_status_is_kept_for_its_time()
    {
        await Stores.PutAsync(Some.Endpoint());
        var delivered = await Stores.OweAsync();
        await Stores.DeliverAllAsync();
        var cancelled = await Stores.OweAsync();
        await Stores.CancelAsync(cancelled);
        var exhausted = await Stores.OweAsync();
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Exhausted);

        await Fixture.AdvanceAsync(TimeSpan.FromDays(6));
        await PruneAllAsync(Weekly);
        Assert.Equal(3, (await Stores.ListAsync()).Count);
        await Fixture.AdvanceAsync(TimeSpan.FromDays(2));
        await PruneAllAsync(Weekly);
        Assert.Equal(exhausted, Assert.Single(await Stores.ListAsync()).Id);
        Assert.Null(await Deliveries.GetAsync(delivered, CancellationToken.None));
        await Fixture.AdvanceAsync(TimeSpan.FromDays(23));
        await PruneAllAsync(Weekly);
        Assert.Empty(await Stores.ListAsync());
    }

    [ContractFact]
    public async Task The_time_counts_from_the_closing_and_not_from_the_enqueue()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        await Fixture.AdvanceAsync(TimeSpan.FromDays(20));
        await Stores.DeliverAllAsync();
        await Fixture.AdvanceAsync(TimeSpan.FromDays(6));

        await PruneAllAsync(Weekly);

        Assert.Single(await Stores.ListAsync());
    }

    [ContractFact]
    public async Task A_batch_deletes_no_more_deliveries_than_it_may_and_tells_when_none_are_left()
    {
        await Stores.PutAsync(Some.Endpoint());
        for (var i = 0; i < 5; i++)
        {
            await Stores.OweAsync(Some.Event() with { IdempotencyKey = $"k{i}" });
        }

        await Stores.DeliverAllAsync();
        await Fixture.AdvanceAsync(TimeSpan.FromDays(8));
        var request = Weekly with { BatchSize = 2 };

        Assert.True(await Outbox.PruneAsync(request, CancellationToken.None) >= 2);
        Assert.Equal(3, (await Stores.ListAsync()).Count);
        await PruneAllAsync(request);
        Assert.Empty(await Stores.ListAsync());
        Assert.False((await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k4" })).IsDuplicate);
    }

    [ContractFact]
    public async Task Open_deliveries_stay_however_old_they_are()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:parked" });
        await Stores.DisableAsync(endpoint);
        var parked = await Stores.OweAsync(Some.Event() with { Scopes = ["campaign:parked"] });
        await Stores.PutAsync(Some.Endpoint());
        var onTheWire = await Stores.OweAsync();
        var claimed = await Stores.ClaimOneAsync();
        var waiting = await Stores.OweAsync();

        await Fixture.AdvanceAsync(TimeSpan.FromDays(700));
        await PruneAllAsync(Weekly);

        Assert.Equal([waiting, onTheWire, parked], (await Stores.ListAsync()).Select(delivery => delivery.Id));
        Assert.True(await Stores.DeliverAsync(claimed));
    }

    [ContractFact]
    public async Task An_event_stays_while_one_of_its_deliveries_does()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" });
        var claimed = await Stores.ClaimAsync();
        await Stores.DeliverAsync(claimed[0]);
        await Stores.SettleAsync(claimed[1], DeliveryTransition.Exhausted);

        await Fixture.AdvanceAsync(TimeSpan.FromDays(8));
        await PruneAllAsync(Weekly);

        Assert.Equal("""{"n":1}""", (await Stores.DetailsAsync(claimed[1].Id)).Data.Text());
        Assert.True((await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" })).IsDuplicate);
    }

    [ContractFact]
    public async Task Events_that_went_to_nobody_go_after_their_time()
    {
        await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" });

        await Fixture.AdvanceAsync(TimeSpan.FromDays(6));
        await PruneAllAsync(Weekly);
        Assert.True((await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" })).IsDuplicate);
        await Fixture.AdvanceAsync(TimeSpan.FromDays(2));
        await PruneAllAsync(Weekly);
        Assert.False((await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" })).IsDuplicate);
    }

    [ContractFact]
    public async Task Expired_endpoints_go_once_nothing_refers_to_them()
    {
        var now = await Fixture.NowAsync();
        var used = await Stores.PutAsync(Some.Endpoint() with { ExpiresAt = now + TimeSpan.FromDays(1) });
        await Stores.OweAsync();
        var unused = await Stores.PutAsync(Some.Endpoint() with { Scope = "call:call_1", ExpiresAt = now + TimeSpan.FromDays(1) });
        var lasting = await Stores.PutAsync(Some.Endpoint() with { Scope = "call:call_2" });

        await Fixture.AdvanceAsync(TimeSpan.FromDays(2));
        await PruneAllAsync(Weekly);
        Assert.Equal([used.Id, unused.Id, lasting.Id], await EndpointIdsAsync());
        await Fixture.AdvanceAsync(TimeSpan.FromDays(10));
        await PruneAllAsync(Weekly);
        Assert.Equal([used.Id, lasting.Id], await EndpointIdsAsync());
        await Stores.DeliverAllAsync();
        await Fixture.AdvanceAsync(TimeSpan.FromDays(8));
        await PruneAllAsync(Weekly);
        Assert.Equal([lasting.Id], await EndpointIdsAsync());
    }

    private async Task PruneAllAsync(PruneRequest request)
    {
        while (await Outbox.PruneAsync(request, CancellationToken.None) >= request.BatchSize)
        {
        }
    }

    private async Task<IEnumerable<string>> EndpointIdsAsync() =>
        (await Endpoints.ListAsync(new(), CancellationToken.None)).Select(endpoint => endpoint.Id);
}
