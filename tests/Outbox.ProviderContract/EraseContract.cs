using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Erasure: nothing about the subject is left in any read.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class EraseContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task Nothing_about_the_subject_is_left_in_any_read()
    {
        await Stores.PutAsync(Some.Endpoint());
        var newEvent = Some.About("call_1", Some.Hold("recording", 10)) with
        {
            Headers = """{"X-Call":"call_1"}""",
            IdempotencyKey = "call_1 ended",
            OrderingKey = "call_1",
            Scopes = ["all", "call:call_1"],
        };
        var id = await Stores.OweAsync(newEvent);
        await AdvanceMinutesAsync(11);
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.RetryAfter(TimeSpan.Zero), Some.Attempt(500));

        var result = await Deliveries.EraseAsync("call_1", null, CancellationToken.None);

        Assert.Equal(new ErasureResult(1, 1, 0), result);
        var erased = await Stores.DetailsAsync(id);
        Assert.Equal((DeliveryStatus.Cancelled, null, "{}"), (erased.Status, erased.Subject, erased.Data.Text()));
        Assert.NotNull(erased.ClosedAt);
        Assert.Empty(erased.HeldFor);
        var attempt = Assert.Single(erased.AttemptLog);
        Assert.Equal((500, null, null), (attempt.StatusCode, attempt.Detail, attempt.Excerpt));
        Assert.Empty(await Stores.ListAsync(new() { Subject = "call_1" }));
        Assert.Empty(await Stores.ClaimAsync("owner-2"));
        Assert.False((await Stores.EnqueueAsync(newEvent with { Id = "evt_again", Subject = null })).IsDuplicate);
    }

    [ContractFact]
    public async Task An_erased_event_waits_for_nothing_any_more()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));

        await Deliveries.EraseAsync("call_1", null, CancellationToken.None);

        Assert.Empty(await Deliveries.ListHeldAsync(10, CancellationToken.None));
        Assert.Equal(ArtifactOutcome.NothingHeld, await Stores.ReleaseAsync(Some.Release("call_1", "recording")));
        Assert.Null(await Stores.NextDueInAsync());
    }

    [ContractFact]
    public async Task An_answer_that_comes_after_the_erasure_leaves_nothing_behind()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync(Some.About("call_1"));
        var onTheWire = await Stores.ClaimOneAsync();

        await Deliveries.EraseAsync("call_1", null, CancellationToken.None);

        Assert.False(await Stores.DeliverAsync(onTheWire));
        Assert.Empty((await Stores.DetailsAsync(id)).AttemptLog);
    }

    [ContractFact]
    public async Task An_erased_delivery_is_not_replayed()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync(Some.About("call_1"));
        await Stores.DeliverAllAsync();

        Assert.Equal(new ErasureResult(1, 0, 0), await Deliveries.EraseAsync("call_1", null, CancellationToken.None));

        await AssertStatusAsync(DeliveryStatus.Delivered, id);
        Assert.Equal(0, await Stores.ReplayAsync(id));
    }

    [ContractFact]
    public async Task The_calls_own_endpoints_are_deleted()
    {
        var own = await Stores.PutAsync(Some.Endpoint() with { Scope = "call:call_1" });
        var other = await Stores.PutAsync(Some.Endpoint() with { Scope = "call:call_2" });

        Assert.Equal(new ErasureResult(0, 0, 1), await Deliveries.EraseAsync("call_1", null, CancellationToken.None));

        Assert.Null(await Endpoints.GetAsync(own.Id, CancellationToken.None));
        Assert.NotNull(await Endpoints.GetAsync(other.Id, CancellationToken.None));
    }

    [ContractFact]
    public async Task Another_tenants_call_of_the_same_name_stays()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_2", Scope = "call:call_1" });
        await Stores.OweAsync(Some.About("call_1") with { Tenant = "org_1" });
        var other = await Stores.OweAsync(Some.About("call_1") with { Tenant = "org_2" });

        Assert.Equal(new ErasureResult(1, 1, 0), await Deliveries.EraseAsync("call_1", "org_1", CancellationToken.None));

        var claimed = await Stores.ClaimOneAsync();
        Assert.Equal((other, """{"n":1}"""), (claimed.Id, claimed.Data.Text()));
    }

    [ContractFact]
    public async Task An_erased_first_of_an_ordering_key_unblocks_the_next()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.Ordered("customer") with { Subject = "call_1" });
        var next = await Stores.OweAsync(Some.Ordered("customer") with { Subject = "call_2" });
        await Stores.ClaimOneAsync();

        await Deliveries.EraseAsync("call_1", null, CancellationToken.None);

        Assert.Equal(next, (await Stores.ClaimOneAsync()).Id);
    }

    [ContractFact]
    public async Task An_erasure_can_be_repeated()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.About("call_1"));
        await Deliveries.EraseAsync("call_1", null, CancellationToken.None);

        Assert.Equal(new ErasureResult(0, 0, 0), await Deliveries.EraseAsync("call_1", null, CancellationToken.None));
    }
}
