using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Replay and cancel: the operator's verbs.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class ReplayContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task A_replayed_delivery_goes_out_again_with_its_id_its_bytes_and_the_full_schedule()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var first = await Stores.ClaimOneAsync();
        await Stores.SettleAsync(first, DeliveryTransition.RetryAfter(TimeSpan.Zero));
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Exhausted);

        Assert.Equal(1, await Stores.ReplayAsync(id));

        var waiting = await Stores.DetailsAsync(id);
        Assert.Equal((DeliveryStatus.Waiting, null, 2), (waiting.Status, waiting.ClosedAt, waiting.Attempts));
        var replayed = await Stores.ClaimOneAsync();
        Assert.Equal((id, 0), (replayed.Id, replayed.FailedTries));
        Assert.Equal(first.Data.ToArray(), replayed.Data.ToArray());
        await Stores.DeliverAsync(replayed);
        Assert.Equal([1, 2, 3], (await Stores.DetailsAsync(id)).AttemptLog.Select(attempt => attempt.Number));
    }

    [ContractFact]
    public async Task Delivered_and_cancelled_ones_can_be_replayed_too()
    {
        await Stores.PutAsync(Some.Endpoint());
        var delivered = await Stores.OweAsync();
        await Stores.DeliverAllAsync();
        var cancelled = await Stores.OweAsync();
        await Stores.CancelAsync(cancelled);

        Assert.Equal(1, await Stores.ReplayAsync(delivered));
        Assert.Equal(1, await Stores.ReplayAsync(cancelled));

        Assert.Equal([delivered, cancelled], await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task An_open_or_unknown_delivery_is_not_replayed()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();

        Assert.Equal(0, await Stores.ReplayAsync(id));
        var claimed = await Stores.ClaimOneAsync();
        Assert.Equal(0, await Stores.ReplayAsync(id));
        Assert.Equal(0, await Stores.ReplayAsync("dlv_unknown"));

        Assert.True(await Stores.DeliverAsync(claimed));
    }

    [ContractFact]
    public async Task Many_are_replayed_by_filter_and_in_bounded_batches()
    {
        var first = await Stores.PutAsync(Some.Endpoint());
        await Stores.PutAsync(Some.Endpoint());
        for (var i = 0; i < 3; i++)
        {
            await Stores.EnqueueAsync(Some.Event());
        }

        await Stores.EnqueueAsync(Some.Event() with { Type = "call.failed" });
        await ExhaustAllAsync();
        var filter = new DeliveryFilter { Status = DeliveryStatus.Exhausted, EndpointId = first.Id, EventType = "call.ended" };

        var batch = await Deliveries.ReplayAsync(null, filter, 2, null, CancellationToken.None);
        Assert.Equal(2, batch.Replayed);
        Assert.Equal(new ReplayBatch(1, null), await Deliveries.ReplayAsync(null, filter, 2, batch.NextCursor, CancellationToken.None));
        Assert.Equal(new ReplayBatch(0, null), await Deliveries.ReplayAsync(null, filter, 2, null, CancellationToken.None));

        var claimed = await Stores.ClaimAsync();
        Assert.Equal(3, claimed.Count);
        Assert.All(claimed, delivery => Assert.Equal((first.Id, "call.ended"), (delivery.Endpoint.Id, delivery.EventType)));
    }

    [ContractFact]
    public async Task A_replay_meets_each_delivery_once_though_they_close_again_meanwhile() =>
        await AssertMeetsEachOnceAsync(new() { Status = DeliveryStatus.Delivered });

    [ContractFact]
    public async Task So_does_a_replay_of_one_event_type() =>
        await AssertMeetsEachOnceAsync(new() { Status = DeliveryStatus.Delivered, EventType = "call.ended" });

    [ContractFact]
    public async Task A_cursor_of_another_store_is_refused()
    {
        var refused = await Assert.ThrowsAsync<WebhookValidationException>(
            async () => await Deliveries.ReplayAsync(null, new(), 2, "page two", CancellationToken.None));

        Assert.Contains("'page two'", refused.Message, StringComparison.Ordinal);
    }

    [ContractFact]
    public async Task A_replay_by_time_range_takes_what_was_enqueued_in_it()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        await AdvanceMinutesAsync(10);
        var from = await Fixture.NowAsync();
        var inside = await Stores.OweAsync();
        await AdvanceMinutesAsync(10);
        var until = await Fixture.NowAsync();
        await Stores.OweAsync();
        await ExhaustAllAsync();

        Assert.Equal(1, (await Deliveries.ReplayAsync(
            null, new() { Status = DeliveryStatus.Exhausted, From = from, Until = until }, 10, null, CancellationToken.None)).Replayed);

        Assert.Equal(inside, (await Stores.ClaimOneAsync()).Id);
    }

    [ContractFact]
    public async Task A_replay_to_a_disabled_endpoint_is_parked_until_it_is_enabled()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        await ExhaustAllAsync();
        await Stores.DisableAsync(endpoint);

        Assert.Equal(1, await Stores.ReplayAsync(id));

        await AssertStatusAsync(DeliveryStatus.Parked, id);
        await Stores.EnableAsync(endpoint);
        await Stores.DrainAsync();
        Assert.Equal(id, (await Stores.ClaimOneAsync()).Id);
    }

    [ContractFact]
    public async Task What_a_deleted_endpoint_was_owed_is_not_replayed()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        await ExhaustAllAsync();
        await Endpoints.DeleteAsync(endpoint.Id, CancellationToken.None);

        Assert.Equal(0, await Stores.ReplayAsync(id));

        await AssertStatusAsync(DeliveryStatus.Exhausted, id);
    }

    [ContractFact]
    public async Task A_cancelled_delivery_is_closed_with_the_reason_and_never_sent()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();

        Assert.True(await Stores.CancelAsync(id));

        var delivery = await Stores.DetailsAsync(id);
        Assert.Equal((DeliveryStatus.Cancelled, "operator"), (delivery.Status, delivery.LastError));
        Assert.NotNull(delivery.ClosedAt);
        Assert.Empty(await Stores.ClaimAsync());
        Assert.False(await Stores.CancelAsync(id));
        Assert.False(await Stores.CancelAsync("dlv_unknown"));
    }

    [ContractFact]
    public async Task A_parked_delivery_can_be_cancelled_and_is_not_let_out()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.DisableAsync(endpoint);
        var id = await Stores.OweAsync();

        Assert.True(await Stores.CancelAsync(id));

        await Stores.EnableAsync(endpoint);
        Assert.False(await Stores.DrainAsync());
        await AssertStatusAsync(DeliveryStatus.Cancelled, id);
    }

    private async Task AssertMeetsEachOnceAsync(DeliveryFilter filter)
    {
        await Stores.PutAsync(Some.Endpoint());
        var owed = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            owed.Add(await Stores.OweAsync());
        }

        await Stores.DeliverAllAsync();
        var (replayed, sentAgain) = (0, new List<string>());
        string? cursor = null;
        do
        {
            var batch = await Deliveries.ReplayAsync(null, filter, 2, cursor, CancellationToken.None);
            replayed += batch.Replayed;
            await AdvanceMinutesAsync(1);
            await Stores.OweAsync();
            sentAgain.AddRange((await Stores.DeliverAllAsync()).Where(owed.Contains));
            cursor = batch.NextCursor;
        }
        while (cursor is not null && replayed <= owed.Count);

        Assert.Equal(owed, sentAgain);
        Assert.Equal(owed.Count, replayed);
    }

    private async Task ExhaustAllAsync()
    {
        foreach (var claimed in await Stores.ClaimAsync())
        {
            Assert.True(await Stores.SettleAsync(claimed, DeliveryTransition.Exhausted));
        }
    }
}
