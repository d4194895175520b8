using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Claim: what is due, within the limits, and nothing else.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class ClaimContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task A_claim_gives_all_that_an_attempt_needs_and_marks_it_Delivering()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_1", Secrets = new byte[] { 0, 1, 255 }, ShipTranscript = false });
        var newEvent = Some.Event() with { Type = "call.failed", Tenant = "org_1", Headers = """{"X-A":"1"}""", OccurredAt = endpoint.CreatedAt };
        var id = await Stores.OweAsync(newEvent);

        var claimed = await Stores.ClaimOneAsync();

        Assert.Equal((id, newEvent.Id, "call.failed", "org_1"), (claimed.Id, claimed.EventId, claimed.EventType, claimed.Tenant));
        Assert.Equal((endpoint.CreatedAt, newEvent.Headers), (claimed.OccurredAt, claimed.Headers));
        Assert.Equal(("standard", false, 0), (claimed.Profile, claimed.ShipTranscript, claimed.FailedTries));
        Assert.Equal((endpoint.Id, endpoint.Url, "org_1"), (claimed.Endpoint.Id, claimed.Endpoint.Url, claimed.Endpoint.Tenant));
        Assert.Equal([0, 1, 255], claimed.Endpoint.Secrets.ToArray());
        Assert.True(claimed.LeaseToken > 0);
        var delivery = await Stores.DetailsAsync(id);
        Assert.Equal(DeliveryStatus.Delivering, delivery.Status);
        Assert.Null(delivery.DueAt);
    }

    [ContractFact]
    public async Task Where_nothing_is_due_a_claim_is_empty()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));

        var result = await Stores.AskAsync();

        Assert.Empty(result.Deliveries);
        Assert.False(result.More);
    }

    [ContractFact]
    public async Task What_is_claimed_is_not_claimed_again()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();

        Assert.Single(await Stores.ClaimAsync("owner-1"));

        Assert.Empty(await Stores.ClaimAsync("owner-1"));
        Assert.Empty(await Stores.ClaimAsync("owner-2"));
    }

    [ContractFact]
    public async Task Claims_made_at_once_share_nothing()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = await OweManyAsync(60);
        var another = await Fixture.OpenAnotherAsync();

        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
            (i % 2 == 0 ? Stores : another).ClaimAsync($"owner-{i % 2}", limit: 5))));

        var claimed = claims.SelectMany(claim => claim).Select(delivery => delivery.Id).ToList();
        Assert.Equal(claimed.Distinct().Count(), claimed.Count);
        claimed.AddRange((await Stores.ClaimAsync()).Select(delivery => delivery.Id));
        Assert.Equal(ids.Order(), claimed.Order());
    }

    [ContractFact]
    public async Task A_claim_takes_no_more_than_its_limit()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = await OweManyAsync(5);

        Assert.Equal(ids.Take(2), (await Stores.ClaimAsync(limit: 2)).Select(delivery => delivery.Id));
        Assert.Equal(ids.Skip(2), (await Stores.ClaimAsync(limit: 100)).Select(delivery => delivery.Id));
    }

    [ContractFact]
    public async Task The_oldest_due_comes_first()
    {
        await Stores.PutAsync(Some.Endpoint());
        var retried = await Stores.OweAsync();
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.RetryAfter(10 * Some.Minute));
        await AdvanceMinutesAsync(5);
        var fresh = await Stores.OweAsync();
        await AdvanceMinutesAsync(6);
        var last = await Stores.OweAsync();

        Assert.Equal([fresh, retried, last], await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task A_claim_leaves_each_endpoint_within_its_room()
    {
        var narrow = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:narrow", MaxInFlight = 2 });
        var wide = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:wide" });
        await OweManyAsync(5, "campaign:narrow");
        await OweManyAsync(5, "campaign:wide");

        var result = await Stores.AskAsync(perEndpoint: 3);

        Assert.Equal(2, result.Deliveries.Count(delivery => delivery.Endpoint.Id == narrow.Id));
        Assert.Equal(3, result.Deliveries.Count(delivery => delivery.Endpoint.Id == wide.Id));
    }

    [ContractFact]
    public async Task What_the_owner_has_in_flight_already_takes_up_room()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await OweManyAsync(5);

        Assert.Single((await Stores.AskAsync(perEndpoint: 3, inFlight: InFlight(endpoint, 2))).Deliveries);
        Assert.Empty((await Stores.AskAsync(perEndpoint: 3, inFlight: InFlight(endpoint, 3))).Deliveries);
        Assert.Empty((await Stores.AskAsync(perEndpoint: 3, inFlight: InFlight(endpoint, 4))).Deliveries);
        Assert.Equal(3, (await Stores.AskAsync("owner-2", perEndpoint: 3)).Deliveries.Count);
    }

    [ContractFact]
    public async Task More_is_told_where_the_limit_left_due_work_and_not_where_it_just_sufficed()
    {
        await Stores.PutAsync(Some.Endpoint());
        await OweManyAsync(4);

        Assert.True((await Stores.AskAsync(limit: 3)).More);
        Assert.False((await Stores.AskAsync(limit: 1)).More);
        Assert.False((await Stores.AskAsync(limit: 1)).More);
    }

    [ContractFact]
    public async Task More_is_told_where_an_endpoints_room_left_due_work()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await OweManyAsync(3);

        Assert.True((await Stores.AskAsync(perEndpoint: 2, inFlight: InFlight(endpoint, 2))).More);
        Assert.True((await Stores.AskAsync(perEndpoint: 2)).More);
        Assert.False((await Stores.AskAsync(perEndpoint: 2)).More);
    }

    [ContractFact]
    public async Task More_is_not_told_for_what_no_free_slot_would_let_go()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:disabled" });
        await OweManyAsync(1, "campaign:disabled");
        await Stores.DisableAsync(endpoint);
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.Ordered("key"));
        await Stores.OweAsync(Some.Ordered("key"));
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));

        var result = await Stores.AskAsync(limit: 1, perEndpoint: 1);

        Assert.Single(result.Deliveries);
        Assert.False(result.More);
    }

    [ContractFact]
    public async Task A_disabled_or_deleted_endpoints_work_is_not_claimed_even_before_it_is_parked()
    {
        var disabled = await Stores.PutAsync(Some.Endpoint());
        var deleted = await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Event());

        await Stores.DisableAsync(disabled);
        await Endpoints.DeleteAsync(deleted.Id, CancellationToken.None);

        Assert.Empty(await Stores.ClaimAsync());
    }

    [ContractFact]
    public async Task The_next_due_time_counts_what_waits_and_not_what_is_on_the_wire()
    {
        await Stores.PutAsync(Some.Endpoint());
        Assert.Null(await Stores.NextDueInAsync());

        await Stores.OweAsync();
        Assert.Equal(TimeSpan.Zero, await Stores.NextDueInAsync());
        var claimed = await Stores.ClaimOneAsync();
        Assert.Null(await Stores.NextDueInAsync());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 30)));
        AssertAbout(30 * Some.Minute, await Stores.NextDueInAsync());
        await Stores.SettleAsync(claimed, DeliveryTransition.RetryAfter(10 * Some.Minute));
        AssertAbout(10 * Some.Minute, await Stores.NextDueInAsync());
        await AdvanceMinutesAsync(11);
        Assert.Equal(TimeSpan.Zero, await Stores.NextDueInAsync());
    }

    [ContractFact]
    public async Task A_delivery_that_queues_behind_another_is_not_due()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.Ordered("key"));
        await Stores.OweAsync(Some.Ordered("key"));

        await Stores.ClaimOneAsync();

        Assert.Null(await Stores.NextDueInAsync());
    }

    [ContractFact]
    public async Task Waiting_for_a_change_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        var waiting = Outbox.WaitForChangeAsync(stop.Token);

        await stop.CancelAsync();

        await Task.WhenAny(waiting);
        Assert.False(waiting.IsFaulted);
    }

    private static Dictionary<string, int> InFlight(StoredEndpoint endpoint, int count) => new(StringComparer.Ordinal) { [endpoint.Id] = count };

    private async Task<IReadOnlyList<string>> OweManyAsync(int count, string scope = "all")
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add(await Stores.OweAsync(Some.Event() with { Scopes = [scope] }));
        }

        return ids;
    }

    [ContractFact]
    public async Task A_claim_may_lower_the_limits_that_endpoints_have_of_their_own()
    {
        var idle = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:idle", MaxInFlight = 5 });
        var busy = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:busy", MaxInFlight = 5 });
        await OweManyAsync(3, "campaign:idle");
        await OweManyAsync(3, "campaign:busy");

        var claim = await Stores.AskAsync(mostPerEndpoint: 1, inFlight: InFlight(busy, 1));

        Assert.Equal([idle.Id], claim.Deliveries.Select(delivery => delivery.Endpoint.Id));
        Assert.True(claim.More);
    }
}
