using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Enqueue: in the caller's transaction or in its own, and byte for byte.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class EnqueueContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task An_event_is_owed_to_the_endpoint_that_matches()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());

        var result = await Stores.EnqueueAsync(Some.Event() with { Id = "evt_known", Type = "call.failed" });

        Assert.Equal("evt_known", result.EventId);
        Assert.False(result.IsDuplicate);
        var delivery = await Stores.DetailsAsync(Assert.Single(result.DeliveryIds));
        Assert.Equal(("evt_known", "call.failed", endpoint.Id), (delivery.EventId, delivery.EventType, delivery.EndpointId));
        Assert.Equal(DeliveryStatus.Waiting, delivery.Status);
        Assert.Equal(0, delivery.Attempts);
    }

    [ContractFact]
    public async Task An_event_that_nobody_wants_is_stored_without_deliveries()
    {
        var result = await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" });

        Assert.Empty(result.DeliveryIds);
        Assert.True((await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" })).IsDuplicate);
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task A_commit_keeps_the_hosts_row_and_the_event_together()
    {
        await Stores.PutAsync(Some.Endpoint());
        string id;

        await using (var caller = await Fixture.BeginAsync(Stores))
        {
            await caller.InsertCallAsync("call_1");
            id = Assert.Single((await caller.EnqueueAsync(Some.Event())).DeliveryIds);
            await caller.CommitAsync();
        }

        Assert.Equal(1, await Fixture.CountCallsAsync());
        Assert.Equal(id, (await Stores.ClaimOneAsync()).Id);
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task A_rollback_leaves_neither_the_hosts_row_nor_the_event()
    {
        await Stores.PutAsync(Some.Endpoint());

        await using (var caller = await Fixture.BeginAsync(Stores))
        {
            await caller.InsertCallAsync("call_1");
            await caller.EnqueueAsync(Some.About("call_1", Some.Hold("recording", 5)) with { IdempotencyKey = "k" });
            await caller.RollbackAsync();
        }

        Assert.Equal(0, await Fixture.CountCallsAsync());
        Assert.Empty(await Stores.ListAsync());
        Assert.Empty(await Stores.ClaimAsync());
        Assert.Null(await Stores.NextDueInAsync());
        Assert.Empty(await Deliveries.ListHeldAsync(10, CancellationToken.None));
        Assert.False((await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" })).IsDuplicate);
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task Nothing_shows_before_the_callers_commit()
    {
        await Stores.PutAsync(Some.Endpoint());
        await using var caller = await Fixture.BeginAsync(Stores);
        var id = Assert.Single((await caller.EnqueueAsync(Some.Event())).DeliveryIds);

        Assert.Null(await Deliveries.GetAsync(id, CancellationToken.None));

        await caller.CommitAsync();
        Assert.NotNull(await Deliveries.GetAsync(id, CancellationToken.None));
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task The_callers_transaction_stays_open_and_in_the_callers_hands()
    {
        await Stores.PutAsync(Some.Endpoint());
        await using var caller = await Fixture.BeginAsync(Stores);

        await caller.EnqueueAsync(Some.Event());
        await caller.InsertCallAsync("call_after");
        await caller.EnqueueAsync(Some.Event());
        await caller.CommitAsync();

        Assert.Equal(1, await Fixture.CountCallsAsync());
        Assert.Equal(2, (await Stores.ListAsync()).Count);
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task A_completed_transaction_is_refused()
    {
        await using var caller = await Fixture.BeginAsync(Stores);
        await caller.CommitAsync();

        await Assert.ThrowsAsync<WebhookValidationException>(
            async () => await caller.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" }));

        Assert.False((await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" })).IsDuplicate);
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task A_transaction_of_another_provider_is_refused_by_every_member_that_takes_one()
    {
        using var foreign = new ForeignTransaction();

        await Assert.ThrowsAsync<WebhookValidationException>(() => Stores.EnqueueAsync(Some.Event(), foreign));
        await Assert.ThrowsAsync<WebhookValidationException>(() => Stores.ReleaseAsync(Some.Release("call_1", "recording"), foreign));
        await Assert.ThrowsAsync<WebhookValidationException>(() => Stores.PutAsync(Some.Endpoint(), foreign));
    }

    [ContractFact]
    public async Task Data_and_headers_are_kept_byte_for_byte()
    {
        await Stores.PutAsync(Some.Endpoint());
        const string headers = """{"X-Call":"café ☎ 📞"}""";
        var data = Some.Json("{\"text\":\"café ☎ 📞 日本 \u2028\u2029\uFEFF\u007F \\u0000\\u001f \\\"quoted\\\" 'single' %_\\\\\",\"n\":1e+21,\"z\":2.50}");

        var id = await Stores.OweAsync(Some.Event() with { Data = data, Headers = headers });

        Assert.Equal(data, (await Stores.DetailsAsync(id)).Data.ToArray());
        var claimed = await Stores.ClaimOneAsync();
        Assert.Equal(data, claimed.Data.ToArray());
        Assert.Equal(headers, claimed.Headers);
    }

    [ContractFact]
    public async Task A_megabyte_of_data_is_kept_whole()
    {
        await Stores.PutAsync(Some.Endpoint());
        var data = Some.Json($"{{\"text\":\"{string.Concat(Enumerable.Repeat("0123456789abcdé☎", 64 * 1024))}\"}}");

        await Stores.OweAsync(Some.Event() with { Data = data });

        Assert.True((await Stores.ClaimOneAsync()).Data.Span.SequenceEqual(data));
    }

    [ContractFact]
    public async Task The_callers_buffer_may_be_used_again()
    {
        await Stores.PutAsync(Some.Endpoint());
        var buffer = Some.Json("""{"n":1}""");

        await Stores.OweAsync(Some.Event() with { Data = buffer });
        buffer.AsSpan().Fill((byte)'x');

        Assert.Equal("""{"n":1}""", (await Stores.ClaimOneAsync()).Data.Text());
    }

    [ContractFact]
    public async Task An_event_happened_when_it_says_or_else_when_it_was_enqueued()
    {
        await Stores.PutAsync(Some.Endpoint());
        var now = await Fixture.NowAsync();
        var happened = new DateTimeOffset(2029, 12, 31, 23, 30, 15, 125, TimeSpan.FromHours(2));

        var said = await Stores.DetailsAsync(await Stores.OweAsync(Some.Event() with { OccurredAt = happened }));
        var unsaid = await Stores.DetailsAsync(await Stores.OweAsync());

        Assert.Equal(happened, said.OccurredAt);
        AssertAbout(now, said.EnqueuedAt);
        Assert.Equal(unsaid.EnqueuedAt, unsaid.OccurredAt);
    }
}
