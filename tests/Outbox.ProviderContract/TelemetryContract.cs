using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>What a store keeps and tells so that a delivery can be followed and the queue be watched.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class TelemetryContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [ContractFact]
    public async Task Every_claim_hands_back_the_trace_that_the_event_was_enqueued_in()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.Event() with { TraceParent = TraceParent });

        var first = await Stores.ClaimOneAsync();
        await Stores.SettleAsync(first, DeliveryTransition.RetryAfter(TimeSpan.Zero));

        Assert.Equal(TraceParent, first.TraceParent);
        Assert.Equal(TraceParent, (await Stores.ClaimOneAsync()).TraceParent);
    }

    [ContractFact]
    public async Task An_event_enqueued_outside_of_a_trace_has_none()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();

        Assert.Null((await Stores.ClaimOneAsync()).TraceParent);
    }

    [ContractFact]
    public async Task A_claim_tells_how_long_ago_the_event_was_enqueued()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        AssertElapsed(TimeSpan.Zero, await SettleForLaterAsync());
        await AdvanceMinutesAsync(30);

        AssertElapsed(30 * Some.Minute, (await Stores.ClaimOneAsync()).Age);
    }

    [ContractFact]
    public async Task The_first_claim_tells_how_long_the_event_was_held_until_its_artifact_came()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 60)));
        await AdvanceMinutesAsync(20);
        await Stores.ReleaseAsync(Some.Release("call_1", "recording"));
        await AdvanceMinutesAsync(20);

        var first = await Stores.ClaimOneAsync();
        await Stores.SettleAsync(first, DeliveryTransition.RetryAfter(TimeSpan.Zero));

        AssertElapsed(20 * Some.Minute, first.HeldFor);
        Assert.Null((await Stores.ClaimOneAsync()).HeldFor);
    }

    [ContractFact]
    public async Task An_event_whose_artifact_never_came_was_held_until_its_deadline()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));
        await AdvanceMinutesAsync(40);

        AssertElapsed(10 * Some.Minute, (await Stores.ClaimOneAsync()).HeldFor);
    }

    [ContractFact]
    public async Task What_waits_for_no_artifact_is_not_held()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        await Stores.DisableAsync(endpoint);
        await Stores.ParkAsync();
        await AdvanceMinutesAsync(10);
        await Stores.EnableAsync(endpoint);
        await Stores.DrainAsync();

        Assert.Null((await Stores.ClaimOneAsync()).HeldFor);
    }

    [ContractFact]
    public async Task The_backlog_counts_each_open_state_what_is_exhausted_and_disabled_endpoints()
    {
        Assert.Equal(new WebhookBacklog { Waiting = 0, Delivering = 0, Parked = 0, Exhausted = 0, DisabledEndpoints = 0 }, await BacklogAsync());
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Exhausted);
        await Stores.OweAsync();
        await Stores.DeliverAsync(await Stores.ClaimOneAsync());
        await Stores.OweAsync();
        await Stores.ClaimOneAsync();
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 60)));
        await Stores.OweAsync(Some.About("call_2", Some.Hold("recording", 60)));
        var disabled = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:disabled" });
        await Stores.DisableAsync(disabled);
        await Stores.OweAsync(Some.Event() with { Scopes = ["campaign:disabled"] });
        await Stores.PutAsync(Some.Endpoint() with { Id = "ep_gone", Scope = "campaign:gone", DisabledAt = disabled.CreatedAt, DisabledReason = "gone" });
        await Endpoints.DeleteAsync("ep_gone", CancellationToken.None);

        var backlog = await BacklogAsync();

        Assert.Equal(new WebhookBacklog { Waiting = 2, Delivering = 1, Parked = 1, Exhausted = 1, DisabledEndpoints = 1 }, backlog);
    }

    [ContractFact]
    public async Task The_oldest_due_age_is_of_what_could_be_sent_and_is_not()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync(Some.Ordered("key"));
        await Stores.ClaimOneAsync();
        await Stores.OweAsync(Some.Ordered("key"));
        var other = await Stores.PutAsync(Some.Endpoint() with { Scope = "campaign:disabled" });
        await Stores.OweAsync(Some.Event() with { Scopes = ["campaign:disabled"] });
        await Stores.DisableAsync(other);
        await AdvanceMinutesAsync(2);
        Assert.Null((await BacklogAsync()).OldestDue);

        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));
        await AdvanceMinutesAsync(4);
        Assert.Null((await BacklogAsync()).OldestDue);

        await AdvanceMinutesAsync(9);
        AssertElapsed(3 * Some.Minute, (await BacklogAsync()).OldestDue);

        await Stores.OweAsync();
        await AdvanceMinutesAsync(20);
        AssertElapsed(23 * Some.Minute, (await BacklogAsync()).OldestDue);

        await Stores.ClaimAsync();
        Assert.Null((await BacklogAsync()).OldestDue);
    }

    [ContractFact]
    public async Task What_waits_behind_a_block_or_a_pace_is_not_late()
    {
        var failing = await Stores.PutAsync(Some.Endpoint() with { Scope = "number:1" });
        await Stores.PutAsync(Some.Endpoint() with { Scope = "number:2", MaxPerSecond = 1 });
        await Stores.OweAsync(Some.Event() with { Scopes = ["number:1"] });
        await Stores.OweAsync(Some.Event() with { Scopes = ["number:2"] });
        await AdvanceMinutesAsync(2);
        await Stores.ChangeAsync(failing, found => found with { FailuresInARow = 1, FailingSince = found.CreatedAt, BlockedUntil = found.CreatedAt });
        Assert.Null((await BacklogAsync()).OldestDue);
        Assert.Null((await Inspection.CountOpenWorkAsync(new(), 10, CancellationToken.None)).OldestDueAt);

        await Stores.ChangeAsync(failing, found => found with { FailuresInARow = 0, FailingSince = null, BlockedUntil = null });
        AssertElapsed(2 * Some.Minute, (await BacklogAsync()).OldestDue);
        Assert.NotNull((await Inspection.CountOpenWorkAsync(new(), 10, CancellationToken.None)).OldestDueAt);
    }

    // A clock that runs by itself may add to what has elapsed.
    private static void AssertElapsed(TimeSpan expected, TimeSpan? actual)
    {
        Assert.NotNull(actual);
        Assert.InRange(actual.Value, expected - TimeSpan.FromSeconds(1), expected + TimeSpan.FromSeconds(50));
    }

    private async Task<WebhookBacklog> BacklogAsync() => await Deliveries.CountBacklogAsync(CancellationToken.None);

    private async Task<TimeSpan?> SettleForLaterAsync()
    {
        var claimed = await Stores.ClaimOneAsync();
        await Stores.SettleAsync(claimed, DeliveryTransition.RetryAfter(Some.Minute));
        return claimed.Age;
    }
}
