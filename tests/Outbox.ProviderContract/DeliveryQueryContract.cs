using Outbox.Deliveries;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Queries: what people see of deliveries, and page by page.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class DeliveryQueryContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task Each_filter_finds_its_own()
    {
        var first = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:a" });
        var second = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:b" });
        var one = await Stores.OweAsync(Some.About("call_1") with { Scopes = ["campaign:a"], Tenant = "org_1" });
        await AdvanceMinutesAsync(10);
        var between = await Fixture.NowAsync();
        var other = Some.About("call_2") with { Scopes = ["campaign:b"], Tenant = "org_2", Type = "call.failed" };
        var two = await Stores.OweAsync(other);
        await Stores.CancelAsync(two);

        Assert.Equal([one], await FindAsync(new() { Status = DeliveryStatus.Waiting }));
        Assert.Equal([two], await FindAsync(new() { Status = DeliveryStatus.Cancelled }));
        Assert.Equal([one], await FindAsync(new() { EndpointId = first.Id }));
        Assert.Equal([two], await FindAsync(new() { EndpointId = second.Id }));
        Assert.Equal([two], await FindAsync(new() { EventId = other.Id }));
        Assert.Equal([two], await FindAsync(new() { EventType = "call.failed" }));
        Assert.Equal([one], await FindAsync(new() { Subject = "call_1" }));
        Assert.Equal([two], await FindAsync(new() { Tenant = "org_2" }));
        Assert.Equal([two], await FindAsync(new() { From = between }));
        Assert.Equal([one], await FindAsync(new() { Until = between }));
        Assert.Equal([two, one], await FindAsync(new()));
        Assert.Empty(await FindAsync(new() { Subject = "call_1", Tenant = "org_2" }));
        Assert.Empty(await FindAsync(new() { Subject = "call_%" }));
    }

    [ContractFact]
    public async Task What_support_searches_for_is_found()
    {
        var ours = await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_1" });
        await Stores.PutAsync(Some.Endpoint());
        var first = await Stores.EnqueueAsync(Some.About("call_17") with { Tenant = "org_1" });
        var second = await Stores.EnqueueAsync(Some.About("call_18") with { Tenant = "org_2" });
        var toOurs = Assert.Single(await FindAsync(new() { EndpointId = ours.Id }));
        var toPlatform = Assert.Single(first.DeliveryIds.Where(id => id != toOurs));
        var another = Assert.Single(second.DeliveryIds);
        foreach (var claimed in await Stores.ClaimAsync())
        {
            await (claimed.Id == toOurs
                ? Stores.SettleAsync(claimed, DeliveryTransition.Exhausted, Some.Attempt(500))
                : Stores.SettleAsync(claimed, DeliveryTransition.RetryAfter(Some.Minute), Some.Attempt(null, "timeout")));
        }

        Assert.Equal([toOurs], await FindAsync(new() { EndpointTenant = "org_1" }));
        Assert.Empty(await FindAsync(new() { EndpointTenant = "org_2" }));
        Assert.Equal([toOurs], await FindAsync(new() { LastStatusCode = 500 }));
        Assert.Equal([toPlatform, another], (await FindAsync(new() { LastError = "timeout" })).Order(StringComparer.Ordinal));
        Assert.Equal([toPlatform, another], (await FindAsync(new() { OpenOnly = true })).Order(StringComparer.Ordinal));
        Assert.Equal(3, (await FindAsync(new() { SubjectPrefix = "call_1" })).Count());
        Assert.Equal([another], await FindAsync(new() { SubjectPrefix = "call_18" }));
        Assert.Empty(await FindAsync(new() { SubjectPrefix = "CALL_1" }));
        Assert.Empty(await FindAsync(new() { SubjectPrefix = "call%" }));
    }

    [ContractFact]
    public async Task The_details_tell_the_whole_event()
    {
        await Stores.PutAsync(Some.Endpoint() with { ShipTranscript = false });
        var newEvent = Some.About("call_1", Some.Hold("transcript", 20), Some.Hold("recording", 10)) with
        {
            Scopes = ["all", "call:call_1"],
            OrderingKey = "order",
            IdempotencyKey = "once",
            Headers = """{"X-Acme":"1"}""",
        };
        var id = await Stores.OweAsync(newEvent);
        await AdvanceMinutesAsync(5);
        var releasedAt = await Fixture.NowAsync();
        await Stores.ReleaseAsync(Some.Release("call_1", "recording"));

        var details = await Stores.DetailsAsync(id);

        Assert.False(details.ShipTranscript);
        Assert.Equal(["all", "call:call_1"], details.Scopes);
        Assert.Equal(("order", "once", """{"X-Acme":"1"}"""), (details.OrderingKey, details.IdempotencyKey, details.Headers));
        Assert.Null(details.ErasedAt);
        Assert.Equal(["recording", "transcript"], details.Holds.Select(hold => hold.Artifact));
        AssertAbout(releasedAt, details.Holds[0].ReleasedAt);
        Assert.Null(details.Holds[1].ReleasedAt);
        AssertAbout(details.EnqueuedAt + 20 * Some.Minute, details.Holds[1].Deadline);
    }

    [ContractFact]
    public async Task Pages_go_on_where_the_one_before_ended_while_rows_are_added()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            ids.Insert(0, await Stores.OweAsync());
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await Deliveries.ListAsync(new(), 3, cursor, CancellationToken.None);
            seen.AddRange(page.Deliveries.Select(delivery => delivery.Id));
            cursor = page.NextCursor;
            await Stores.OweAsync();
        }
        while (cursor is not null);

        Assert.Equal(ids, seen);
    }

    [ContractFact]
    public async Task The_last_page_has_no_cursor_even_where_it_is_full()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        await Stores.OweAsync();

        var page = await Deliveries.ListAsync(new(), 2, null, CancellationToken.None);

        Assert.Equal(2, page.Deliveries.Count);
        Assert.Null(page.NextCursor);
    }

    [ContractFact]
    public async Task A_cursor_of_another_kind_is_refused()
    {
        foreach (var cursor in new[] { "", "nonsense", "-1; drop table calls" })
        {
            await Assert.ThrowsAsync<WebhookValidationException>(async () => await Deliveries.ListAsync(new(), 10, cursor, CancellationToken.None));
        }
    }

    [ContractFact]
    public async Task The_list_tells_the_same_as_the_details()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint() with { Profile = "ttma" });
        var newEvent = Some.About("call_1", Some.Hold("recording", 1)) with { Tenant = "org_1", OccurredAt = endpoint.CreatedAt };
        var id = await Stores.OweAsync(newEvent);
        await AdvanceMinutesAsync(2);
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.RetryAfter(5 * Some.Minute), Some.Attempt(503));
        var held = await Stores.OweAsync(newEvent with { Id = "evt_held" });

        foreach (var listed in await Stores.ListAsync())
        {
            AssertSame(listed, await Stores.DetailsAsync(listed.Id));
        }

        var details = await Stores.DetailsAsync(id);
        Assert.Equal((newEvent.Id, "call.ended", "org_1", "call_1"), (details.EventId, details.EventType, details.Tenant, details.Subject));
        Assert.Equal((endpoint.Id, "ttma", endpoint.CreatedAt, 503), (details.EndpointId, details.Profile, details.OccurredAt, details.LastStatusCode));
        Assert.Equal(["recording"], (await Stores.DetailsAsync(held)).HeldFor);
    }

    [ContractFact]
    public async Task An_unknown_delivery_is_null()
    {
        Assert.Null(await Deliveries.GetAsync("dlv_unknown", CancellationToken.None));
        Assert.Empty((await Deliveries.ListAsync(new(), 10, null, CancellationToken.None)).Deliveries);
    }

    private static void AssertSame(DeliveryInfo listed, DeliveryInfo details)
    {
        Assert.Equal((listed.Id, listed.EventId, listed.EndpointId), (details.Id, details.EventId, details.EndpointId));
        Assert.Equal(listed.EventType, details.EventType);
        Assert.Equal((listed.Tenant, listed.Subject, listed.Profile), (details.Tenant, details.Subject, details.Profile));
        Assert.Equal((listed.Status, listed.DueAt, listed.Attempts), (details.Status, details.DueAt, details.Attempts));
        Assert.Equal((listed.LastStatusCode, listed.LastError), (details.LastStatusCode, details.LastError));
        Assert.Equal((listed.OccurredAt, listed.EnqueuedAt, listed.ClosedAt), (details.OccurredAt, details.EnqueuedAt, details.ClosedAt));
        Assert.Equal(listed.HeldFor, details.HeldFor);
    }

    private async Task<IEnumerable<string>> FindAsync(DeliveryFilter filter) => (await Stores.ListAsync(filter)).Select(delivery => delivery.Id);
}
