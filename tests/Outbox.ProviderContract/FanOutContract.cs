using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Fan-out: which endpoints an event goes to, and the ids of its deliveries.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class FanOutContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task An_event_for_one_endpoint_is_owed_to_that_one_whatever_it_listens_to()
    {
        var one = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:a", EventTypes = ["call.failed"], Tenant = "org_1" });
        await Stores.PutAsync(Some.Endpoint());

        var owed = await Stores.OweAsync(Some.Event() with { OnlyEndpointId = one.Id, Tenant = "org_1" });
        var ordered = await Stores.OweAsync(Some.Ordered("key") with { OnlyEndpointId = one.Id, Tenant = "org_1" });
        var ofAnother = await Stores.EnqueueAsync(Some.Event() with { OnlyEndpointId = one.Id, Tenant = "org_2" });
        await Endpoints.DeleteAsync(one.Id, CancellationToken.None);
        var deleted = await Stores.EnqueueAsync(Some.Event() with { OnlyEndpointId = one.Id, Tenant = "org_1" });

        Assert.Equal(one.Id, (await Stores.DetailsAsync(owed)).EndpointId);
        Assert.Equal(one.Id, (await Stores.DetailsAsync(ordered)).EndpointId);
        Assert.Empty(ofAnother.DeliveryIds);
        Assert.Empty(deleted.DeliveryIds);
    }

    [ContractFact]
    public async Task Every_endpoint_whose_scope_the_event_names_gets_one_delivery()
    {
        var wanted = new List<string>();
        foreach (var scope in new[] { "all", "number:+16473705600", "campaign:spring", "call:call_1", "tenant:org_1" })
        {
            wanted.Add((await Stores.PutAsync(Some.Endpoint() with { Scope = scope })).Id);
        }

        foreach (var scope in new[] { "number:+1647370560", "number:+164737056001", "campaign:Spring", "call:call_2", "call:call%1", "tenant:org_2" })
        {
            await Stores.PutAsync(Some.Endpoint() with { Scope = scope });
        }

        await Stores.EnqueueAsync(Some.Event() with { Scopes = ["number:+16473705600", "campaign:spring", "call:call_1", "tenant:org_1", "all"] });

        Assert.Equal(wanted.Order(StringComparer.Ordinal), await OwedAsync());
    }

    [ContractFact]
    public async Task Two_endpoints_of_one_scope_both_get_it()
    {
        var first = await Stores.PutAsync(Some.Endpoint());
        var second = await Stores.PutAsync(Some.Endpoint());

        await Stores.EnqueueAsync(Some.Event());

        Assert.Equal([first.Id, second.Id], await OwedAsync());
    }

    [ContractFact]
    public async Task Scopes_that_would_upset_a_query_match_as_they_are()
    {
        const string scope = "campaign:O'Brien, \"50%_off\" [ünï] 📞";
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { Scope = scope });

        await Stores.EnqueueAsync(Some.Event() with { Scopes = [scope, "all"] });
        await Stores.EnqueueAsync(Some.Event() with { Scopes = [] });

        Assert.Equal([endpoint.Id], await OwedAsync());
    }

    [ContractFact]
    public async Task A_tenants_endpoint_gets_only_that_tenants_events()
    {
        var own = await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_1" });
        await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_2" });
        var platform = await Stores.PutAsync(Some.Endpoint());

        await Stores.EnqueueAsync(Some.Event() with { Tenant = "org_1" });

        Assert.Equal([own.Id, platform.Id], await OwedAsync());
    }

    [ContractFact]
    public async Task An_event_without_a_tenant_goes_to_the_platforms_endpoints_only()
    {
        await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_1" });
        var platform = await Stores.PutAsync(Some.Endpoint());

        await Stores.EnqueueAsync(Some.Event());

        Assert.Equal([platform.Id], await OwedAsync());
    }

    [ContractFact]
    public async Task An_endpoint_gets_the_types_that_it_wants_and_no_similar_ones()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { EventTypes = ["call.started", "call_ended"] });

        foreach (var type in new[] { "call_ended", "call.started" })
        {
            await Stores.EnqueueAsync(Some.Event() with { Type = type });
        }

        foreach (var type in new[] { "call.ended", "callXended", "Call_ended", "call_ended.x", "call_ende", "call", "started", "%" })
        {
            Assert.Empty((await Stores.EnqueueAsync(Some.Event() with { Type = type })).DeliveryIds);
        }

        Assert.Equal([endpoint.Id, endpoint.Id], await OwedAsync());
    }

    [ContractFact]
    public async Task An_expired_endpoint_gets_no_new_events_and_keeps_what_it_is_owed()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { ExpiresAt = await Fixture.NowAsync() + (10 * Some.Minute) });
        var owed = await Stores.OweAsync();

        await AdvanceMinutesAsync(11);

        Assert.Empty((await Stores.EnqueueAsync(Some.Event())).DeliveryIds);
        var claimed = await Stores.ClaimOneAsync();
        Assert.Equal((owed, endpoint.Id), (claimed.Id, claimed.Endpoint.Id));
    }

    [ContractFact]
    public async Task A_deleted_endpoint_gets_nothing()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Endpoints.DeleteAsync(endpoint.Id, CancellationToken.None);

        Assert.Empty((await Stores.EnqueueAsync(Some.Event())).DeliveryIds);
    }

    [ContractFact]
    public async Task A_disabled_endpoints_delivery_is_parked_from_the_start()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.DisableAsync(endpoint);

        var id = await Stores.OweAsync();

        var delivery = await Stores.DetailsAsync(id);
        Assert.Equal(DeliveryStatus.Parked, delivery.Status);
        Assert.Null(delivery.DueAt);
        Assert.Empty(await Stores.ClaimAsync());
        Assert.Null(await Stores.NextDueInAsync());
    }

    [ContractFact]
    public async Task Delivery_ids_are_made_of_the_event_and_the_endpoints_number()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.PutAsync(Some.Endpoint());

        var first = await Stores.EnqueueAsync(Some.Event());
        var second = await Stores.EnqueueAsync(Some.Event());

        var keys = first.DeliveryIds.Select(id => KeyOf(first.EventId, id)).ToList();
        Assert.Equal(2, keys.Distinct().Count());
        Assert.Equal(keys.Select(key => DeliveryIds.For(first.EventId, key)), first.DeliveryIds);
        Assert.Equal(keys.Select(key => DeliveryIds.For(second.EventId, key)), second.DeliveryIds);
    }

    [ContractFact]
    public async Task A_delivery_keeps_the_profile_and_the_transcript_switch_of_its_enqueue_but_goes_to_the_endpoint_as_it_is_now()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { Profile = "ttma", ShipTranscript = false });
        await Stores.OweAsync();

        await Stores.ChangeAsync(endpoint, found => found with
        {
            Profile = "standard",
            ShipTranscript = true,
            Url = "https://moved.example/hooks",
            Secrets = new byte[] { 9, 8, 7 },
        });

        var claimed = await Stores.ClaimOneAsync();
        Assert.Equal(("ttma", false), (claimed.Profile, claimed.ShipTranscript));
        Assert.Equal("https://moved.example/hooks", claimed.Endpoint.Url);
        Assert.Equal([9, 8, 7], claimed.Endpoint.Secrets.ToArray());
    }

    private static long KeyOf(string eventId, string deliveryId)
    {
        Assert.StartsWith(DeliveryIds.Prefix(eventId), deliveryId, StringComparison.Ordinal);
        return Convert.ToInt64(deliveryId[DeliveryIds.Prefix(eventId).Length..], 16);
    }

    private async Task<IEnumerable<string>> OwedAsync() =>
        (await Stores.ListAsync()).Select(delivery => delivery.EndpointId).Order(StringComparer.Ordinal);
}
