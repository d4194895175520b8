using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Settlement: what each transition stores, and the attempts beside it.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class SettlementContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task A_delivered_one_is_closed_with_its_attempt()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var now = await Fixture.NowAsync();
        var attempt = Some.Attempt(204) with { Excerpt = "é📞\u0001", Detail = null };

        Assert.True(await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Delivered, attempt));

        var delivery = await Stores.DetailsAsync(id);
        Assert.Equal((DeliveryStatus.Delivered, 1, 204), (delivery.Status, delivery.Attempts, delivery.LastStatusCode));
        AssertAbout(now, delivery.ClosedAt);
        var logged = Assert.Single(delivery.AttemptLog);
        Assert.Equal((1, attempt.StartedAt, attempt.Duration), (logged.Number, logged.StartedAt, logged.Duration));
        Assert.Equal((204, null, null, "é📞\u0001"), (logged.StatusCode, logged.Error, logged.Detail, logged.Excerpt));
        Assert.Null(logged.NextAttemptAt);
        Assert.Empty(await Stores.ClaimAsync());
    }

    [ContractFact]
    public async Task A_retry_is_due_after_its_delay_and_the_attempt_says_when()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var now = await Fixture.NowAsync();

        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.RetryAfter(10 * Some.Minute), Some.Attempt(null, "timeout"));

        var delivery = await Stores.DetailsAsync(id);
        Assert.Equal((DeliveryStatus.Waiting, null, "timeout"), (delivery.Status, delivery.LastStatusCode, delivery.LastError));
        AssertAbout(now + (10 * Some.Minute), delivery.DueAt);
        Assert.Equal(delivery.DueAt, Assert.Single(delivery.AttemptLog).NextAttemptAt);
        await AdvanceMinutesAsync(8);
        Assert.Empty(await Stores.ClaimAsync());
        await AdvanceMinutesAsync(3);
        Assert.Equal(1, (await Stores.ClaimOneAsync()).FailedTries);
    }

    [ContractFact]
    public async Task An_exhausted_one_is_closed_and_can_be_seen()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();

        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Exhausted, Some.Attempt(503));

        var delivery = await Stores.DetailsAsync(id);
        Assert.Equal((DeliveryStatus.Exhausted, 503, 1), (delivery.Status, delivery.LastStatusCode, delivery.Attempts));
        Assert.NotNull(delivery.ClosedAt);
        Assert.Empty(await Stores.ClaimAsync());
    }

    [ContractFact]
    public async Task An_interrupted_one_goes_back_uncounted()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();

        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Interrupted(TimeSpan.Zero, "shutdown"));

        var delivery = await Stores.DetailsAsync(id);
        Assert.Equal((DeliveryStatus.Waiting, 0), (delivery.Status, delivery.Attempts));
        Assert.Empty(delivery.AttemptLog);
        Assert.Equal(0, (await Stores.ClaimOneAsync()).FailedTries);
    }

    [ContractFact]
    public async Task An_interrupted_one_with_a_delay_waits_for_it()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();

        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Interrupted(10 * Some.Minute, "no address"));

        Assert.Empty(await Stores.ClaimAsync());
        AssertAbout(10 * Some.Minute, await Stores.NextDueInAsync());
        await AdvanceMinutesAsync(11);
        Assert.Equal(0, (await Stores.ClaimOneAsync()).FailedTries);
    }

    [ContractFact]
    public async Task Attempts_are_numbered_in_the_order_they_were_made_and_the_last_answer_shows()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();

        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.RetryAfter(TimeSpan.Zero), Some.Attempt(null, "timeout"));
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Interrupted(TimeSpan.Zero, "shutdown"));
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.RetryAfter(TimeSpan.Zero), Some.Attempt(502));
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Delivered, Some.Attempt(200));

        var delivery = await Stores.DetailsAsync(id);
        Assert.Equal([(1, null), (2, 502), (3, 200)], delivery.AttemptLog.Select(attempt => (attempt.Number, attempt.StatusCode)));
        Assert.Equal((3, 200, null), (delivery.Attempts, delivery.LastStatusCode, delivery.LastError));
    }

    [ContractFact]
    public async Task A_parked_one_disables_its_endpoint_for_the_reason()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var now = await Fixture.NowAsync();

        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Parked("gone"), Some.Attempt(410));

        var delivery = await Stores.DetailsAsync(id);
        Assert.Equal((DeliveryStatus.Parked, null, "gone", 1), (delivery.Status, delivery.DueAt, delivery.LastError, delivery.Attempts));
        var disabled = await Endpoints.GetAsync(endpoint.Id, CancellationToken.None);
        Assert.Equal("gone", disabled!.DisabledReason);
        AssertAbout(now, disabled.DisabledAt);
    }

    [ContractFact]
    public async Task A_second_parked_one_leaves_the_reason_of_the_first()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.OweAsync();
        await Stores.OweAsync();
        var claimed = await Stores.ClaimAsync();

        await Stores.SettleAsync(claimed[0], DeliveryTransition.Parked("gone"), Some.Attempt(410));
        Assert.True(await Stores.SettleAsync(claimed[1], DeliveryTransition.Parked("other"), Some.Attempt(410)));

        Assert.Equal("gone", (await Endpoints.GetAsync(endpoint.Id, CancellationToken.None))!.DisabledReason);
    }

    [ContractFact]
    public async Task A_batch_of_a_thousand_is_stored_whole()
    {
        for (var i = 0; i < 20; i++)
        {
            await Stores.PutAsync(Some.Endpoint());
        }

        for (var i = 0; i < 50; i++)
        {
            await Stores.EnqueueAsync(Some.Event());
        }

        var claimed = await Stores.ClaimAsync(limit: 1000);
        var (stored, _) = await Outbox.SettleAsync(
            [.. claimed.Select(delivery => new Settlement(delivery, DeliveryTransition.Delivered, Some.Attempt(200)))], CancellationToken.None);

        Assert.Equal(1000, stored.Count);
        Assert.All(stored, Assert.True);
        Assert.Empty(await Stores.ListAsync(new() { Status = DeliveryStatus.Delivering }));
        Assert.Empty((await Outbox.SettleAsync([], CancellationToken.None)).Stored);
    }
}
