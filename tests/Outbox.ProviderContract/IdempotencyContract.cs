using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Idempotency keys: the second enqueue adds nothing, whoever makes it and whenever.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class IdempotencyContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task A_second_enqueue_with_the_key_returns_the_first_event_and_adds_nothing()
    {
        await Stores.PutAsync(Some.Endpoint());
        var first = await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" });
        await Stores.PutAsync(Some.Endpoint());

        var second = await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k", Type = "call.failed" });

        Assert.True(second.IsDuplicate);
        Assert.Equal(first.EventId, second.EventId);
        Assert.Equal(first.DeliveryIds, second.DeliveryIds);
        Assert.Single(await Stores.ListAsync());
    }

    [ContractFact]
    public async Task Thirty_two_enqueues_at_once_with_one_key_store_one_event()
    {
        await Stores.PutAsync(Some.Endpoint());
        await Stores.PutAsync(Some.Endpoint());
        var another = await Fixture.OpenAnotherAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() =>
            (i % 2 == 0 ? Stores : another).EnqueueAsync(Some.Event() with { IdempotencyKey = "k" }))));

        var first = Assert.Single(results, result => !result.IsDuplicate);
        Assert.All(results, result =>
        {
            Assert.Equal(first.EventId, result.EventId);
            Assert.Equal(first.DeliveryIds.Order(StringComparer.Ordinal), result.DeliveryIds.Order(StringComparer.Ordinal));
        });
        Assert.Equal(2, (await Stores.ListAsync()).Count);
    }

    [ContractFact]
    public async Task A_key_counts_within_its_tenant()
    {
        await Stores.PutAsync(Some.Endpoint());
        string?[] tenants = [null, "org_1", "org_2"];

        foreach (var tenant in tenants)
        {
            Assert.False((await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k", Tenant = tenant })).IsDuplicate);
        }

        foreach (var tenant in tenants)
        {
            Assert.True((await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k", Tenant = tenant })).IsDuplicate);
        }

        Assert.False((await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "K" })).IsDuplicate);
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task A_duplicate_leaves_the_callers_transaction_usable()
    {
        await Stores.PutAsync(Some.Endpoint());
        var first = await Stores.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" });

        await using (var caller = await Fixture.BeginAsync(Stores))
        {
            await caller.InsertCallAsync("call_1");
            Assert.Equal(first.EventId, (await caller.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" })).EventId);
            await caller.EnqueueAsync(Some.Event());
            await caller.CommitAsync();
        }

        Assert.Equal(1, await Fixture.CountCallsAsync());
        Assert.Equal(2, (await Stores.ListAsync()).Count);
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task A_key_used_twice_in_one_transaction_counts_once()
    {
        await Stores.PutAsync(Some.Endpoint());

        await using (var caller = await Fixture.BeginAsync(Stores))
        {
            var first = await caller.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" });
            var second = await caller.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" });
            Assert.Equal((first.EventId, true), (second.EventId, second.IsDuplicate));
            Assert.Equal(first.DeliveryIds, second.DeliveryIds);
            await caller.CommitAsync();
        }

        Assert.Single(await Stores.ListAsync());
    }
}
