using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Parking: what a disabled endpoint is owed waits, and is let out paced.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class ParkingContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task What_waits_for_a_disabled_endpoint_is_parked_in_bounded_batches()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await OweAsync(4);
        var onTheWire = Assert.Single(await Stores.ClaimAsync(limit: 1));
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 10)));
        await Stores.DisableAsync(endpoint);

        Assert.Equal(3, await Stores.ParkAsync(limit: 3));
        Assert.Equal(1, await Stores.ParkAsync(limit: 3));
        Assert.Equal(0, await Stores.ParkAsync(limit: 3));

        Assert.Equal(4, await CountAsync(DeliveryStatus.Parked));
        Assert.Null(await Stores.NextDueInAsync());
        Assert.True(await Stores.DeliverAsync(onTheWire));
    }

    [ContractFact]
    public async Task An_enabled_endpoints_work_is_not_parked()
    {
        await Stores.PutAsync(Some.Endpoint());
        await OweAsync(2);

        Assert.Equal(0, await Stores.ParkAsync());

        Assert.Equal(2, (await Stores.ClaimAsync()).Count);
    }

    [ContractFact]
    public async Task Whatever_a_deleted_endpoint_was_owed_is_cancelled_also_on_the_wire()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await OweAsync(2);
        var onTheWire = Assert.Single(await Stores.ClaimAsync(limit: 1));
        await Stores.DisableAsync(endpoint);
        await OweAsync(1);
        await Endpoints.DeleteAsync(endpoint.Id, CancellationToken.None);

        Assert.Equal(3, await Stores.ParkAsync());

        Assert.Equal(3, await CountAsync(DeliveryStatus.Cancelled));
        Assert.False(await Stores.DeliverAsync(onTheWire));
        Assert.Equal(0, await Stores.ParkAsync());
    }

    [ContractFact]
    public async Task Parked_work_is_let_out_oldest_first_a_portion_in_each_interval()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.DisableAsync(endpoint);
        var ids = await OweAsync(5);
        await Stores.EnableAsync(endpoint);

        Assert.True(await Stores.DrainAsync(portion: 2));
        Assert.True(await Stores.DrainAsync(portion: 2));
        Assert.Equal(ids.Take(2), await Stores.DeliverAllAsync());
        await AdvanceMinutesAsync(0.5);
        Assert.True(await Stores.DrainAsync(portion: 2));
        Assert.Empty(await Stores.ClaimAsync());
        await AdvanceMinutesAsync(2);
        Assert.True(await Stores.DrainAsync(portion: 2));
        Assert.Equal(ids.Skip(2).Take(2), await Stores.DeliverAllAsync());
        await AdvanceMinutesAsync(3);
        Assert.False(await Stores.DrainAsync(portion: 2));
        Assert.Equal(ids.Skip(4), await Stores.DeliverAllAsync());
    }

    [ContractFact]
    public async Task A_last_portion_that_empties_the_queue_ends_the_draining()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.DisableAsync(endpoint);
        await OweAsync(2);

        Assert.True((await Stores.EnableAsync(endpoint)).Draining);
        Assert.True((await Endpoints.GetAsync(endpoint.Id, CancellationToken.None))!.Draining);
        Assert.False(await Stores.DrainAsync(portion: 2));

        Assert.False((await Endpoints.GetAsync(endpoint.Id, CancellationToken.None))!.Draining);
    }

    [ContractFact]
    public async Task A_put_in_the_middle_of_the_draining_does_not_end_it()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.DisableAsync(endpoint);
        await OweAsync(2);
        var enabled = await Stores.EnableAsync(endpoint);
        await Stores.DrainAsync(portion: 1);

        await Stores.ChangeAsync(enabled, _ => endpoint with { Url = "https://moved.example/" });
        await AdvanceMinutesAsync(3);
        await Stores.DrainAsync(portion: 1);

        Assert.Equal(2, (await Stores.ClaimAsync()).Count);
    }

    [ContractFact]
    public async Task Endpoints_are_drained_each_at_its_own_pace()
    {
        var first = await Stores.PutAsync(Some.Endpoint());
        var second = await Stores.PutAsync(Some.Endpoint());
        await Stores.DisableAsync(first);
        await Stores.DisableAsync(second);
        for (var i = 0; i < 3; i++)
        {
            await Stores.EnqueueAsync(Some.Event());
        }

        await Stores.EnableAsync(first);
        await Stores.EnableAsync(second);
        await Stores.DrainAsync(portion: 1);

        Assert.Equal(new[] { first.Id, second.Id }.Order(), (await Stores.ClaimAsync()).Select(delivery => delivery.Endpoint.Id).Order());
    }

    [ContractFact]
    public async Task What_is_parked_at_a_disabled_endpoint_is_not_let_out()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        await Stores.DisableAsync(endpoint);
        await OweAsync(3);
        await Stores.EnableAsync(endpoint);
        await Stores.DrainAsync(portion: 1);
        await Stores.DisableAsync(endpoint);
        await AdvanceMinutesAsync(5);

        Assert.False(await Stores.DrainAsync());

        await Stores.ParkAsync();
        Assert.Equal(3, await CountAsync(DeliveryStatus.Parked));
    }

    [ContractFact]
    public async Task An_endpoint_that_a_410_disabled_is_drained_when_it_is_enabled_again()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.Parked("gone"), Some.Attempt(410));

        await Stores.EnableAsync(endpoint);
        Assert.False(await Stores.DrainAsync());

        Assert.Equal(id, (await Stores.ClaimOneAsync()).Id);
    }

    [ContractFact]
    public async Task A_retry_that_was_parked_keeps_its_due_time()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.RetryAfter(30 * Some.Minute));
        var due = (await Stores.DetailsAsync(id)).DueAt;
        await Stores.DisableAsync(endpoint);
        await Stores.ParkAsync();

        await Stores.EnableAsync(endpoint);
        await Stores.DrainAsync();

        Assert.Equal(due, (await Stores.DetailsAsync(id)).DueAt);
        Assert.Empty(await Stores.ClaimAsync());
    }

    private async Task<int> CountAsync(DeliveryStatus status) => (await Stores.ListAsync(new() { Status = status })).Count;

    private async Task<IReadOnlyList<string>> OweAsync(int count)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            ids.Add(await Stores.OweAsync());
        }

        return ids;
    }
}
