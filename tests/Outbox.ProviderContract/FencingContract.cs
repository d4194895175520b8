using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Fencing: whoever lost a lease changes nothing, whatever came back.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class FencingContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public Task A_late_completion_does_not_overwrite_a_newer_lease() => StaleChangesNothingAsync(DeliveryTransition.Delivered);

    [ContractFact]
    public Task A_late_retry_does_not_release_a_newer_lease() => StaleChangesNothingAsync(DeliveryTransition.RetryAfter(TimeSpan.Zero));

    [ContractFact]
    public Task A_late_exhaustion_does_not_close_a_newer_lease() => StaleChangesNothingAsync(DeliveryTransition.Exhausted);

    [ContractFact]
    public Task A_late_interruption_does_not_release_a_newer_lease() =>
        StaleChangesNothingAsync(DeliveryTransition.Interrupted(TimeSpan.Zero, "shutdown"));

    [ContractFact]
    public Task A_late_410_neither_parks_a_newer_lease_nor_disables_the_endpoint() => StaleChangesNothingAsync(DeliveryTransition.Parked("gone"));

    [ContractFact]
    public async Task A_settlement_counts_once()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var claimed = await Stores.ClaimOneAsync();

        Assert.True(await Stores.DeliverAsync(claimed));
        Assert.False(await Stores.SettleAsync(claimed, DeliveryTransition.RetryAfter(TimeSpan.Zero)));

        await AssertUntouchedAsync(id, DeliveryStatus.Delivered, attempts: 1);
    }

    [ContractFact]
    public async Task A_settlement_of_what_was_cancelled_changes_nothing()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var claimed = await Stores.ClaimOneAsync();
        await Stores.CancelAsync(id);

        Assert.False(await Stores.DeliverAsync(claimed));

        await AssertUntouchedAsync(id, DeliveryStatus.Cancelled, attempts: 0);
    }

    [ContractFact]
    public async Task A_settlement_from_before_a_replay_changes_nothing()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var before = await Stores.ClaimOneAsync();
        await Stores.CancelAsync(id);
        await Stores.ReplayAsync(id);
        Assert.False(await Stores.DeliverAsync(before));
        var after = await Stores.ClaimOneAsync();

        Assert.False(await Stores.DeliverAsync(before));

        await AssertUntouchedAsync(id, DeliveryStatus.Delivering, attempts: 0);
        Assert.True(await Stores.DeliverAsync(after));
    }

    [ContractFact]
    public async Task A_token_that_was_never_given_changes_nothing()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var claimed = await Stores.ClaimOneAsync();

        Assert.False(await Stores.DeliverAsync(claimed with { LeaseToken = claimed.LeaseToken + 1 }));
        Assert.False(await Stores.DeliverAsync(claimed with { LeaseToken = 0 }));
        Assert.False(await Stores.DeliverAsync(claimed with { Key = claimed.Key + 1_000_000 }));

        await AssertUntouchedAsync(id, DeliveryStatus.Delivering, attempts: 0);
    }

    [ContractFact]
    public async Task In_a_batch_the_stale_ones_fail_alone()
    {
        await Stores.PutAsync(Some.Endpoint());
        var ids = new[] { await Stores.OweAsync(), await Stores.OweAsync(), await Stores.OweAsync(), await Stores.OweAsync() };
        var claimed = await Stores.ClaimAsync();
        await Stores.CancelAsync(ids[1]);

        var (stored, _) = await Outbox.SettleAsync(
            [
                new(claimed[0], DeliveryTransition.Delivered, Some.Attempt(200)),
                new(claimed[1], DeliveryTransition.Delivered, Some.Attempt(200)),
                new(claimed[2], DeliveryTransition.RetryAfter(5 * Some.Minute), Some.Attempt()),
                new(claimed[2], DeliveryTransition.Exhausted, Some.Attempt()),
                new(claimed[3] with { LeaseToken = 0 }, DeliveryTransition.Parked("gone"), Some.Attempt(410)),
            ],
            CancellationToken.None);

        Assert.Equal([true, false, true, false, false], stored);
        await AssertUntouchedAsync(ids[0], DeliveryStatus.Delivered, attempts: 1);
        await AssertUntouchedAsync(ids[1], DeliveryStatus.Cancelled, attempts: 0);
        await AssertUntouchedAsync(ids[2], DeliveryStatus.Waiting, attempts: 1);
        await AssertUntouchedAsync(ids[3], DeliveryStatus.Delivering, attempts: 0);
    }

    private async Task StaleChangesNothingAsync(DeliveryTransition transition)
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        var stale = await Stores.ClaimOneAsync("owner-1");
        await AdvanceMinutesAsync(6);
        var current = await Stores.ClaimOneAsync("owner-2");

        Assert.False(await Stores.SettleAsync(stale, transition));

        await AssertUntouchedAsync(id, DeliveryStatus.Delivering, attempts: 0);
        Assert.True(await Stores.DeliverAsync(current));
        Assert.False(await Stores.SettleAsync(stale, transition));
        await AssertUntouchedAsync(id, DeliveryStatus.Delivered, attempts: 1);
    }

    private async Task AssertUntouchedAsync(string id, DeliveryStatus status, int attempts)
    {
        var delivery = await Stores.DetailsAsync(id);
        Assert.Equal((status, attempts, attempts), (delivery.Status, delivery.Attempts, delivery.AttemptLog.Count));
        var endpoint = await Endpoints.GetAsync(delivery.EndpointId, CancellationToken.None);
        Assert.Null(endpoint!.DisabledAt);
    }
}
