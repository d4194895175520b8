using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Notices are stored with what they tell of, or not at all.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class NoticeContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    private StoredEndpoint _endpoint = null!;
    private StoredEndpoint _operators = null!;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _endpoint = await Stores.PutAsync(Some.Endpoint());
        _operators = await Stores.PutAsync(Some.Endpoint() with { Scope = "notices" });
    }

    [ContractFact]
    public async Task An_exhausted_delivery_is_told_to_operators_and_to_nobody_else()
    {
        await Stores.OweAsync();
        var claimed = await Stores.ClaimOneAsync();

        var notice = Assert.Single(await Stores.NoticesAsync(Noticed(claimed, DeliveryTransition.Exhausted)));

        var told = await Stores.ClaimOneAsync();
        Assert.Equal(nameof(NoticeCause.DeliveryExhausted), notice.Type);
        Assert.Equal((notice.Id, notice.Type, _operators.Id), (told.EventId, told.EventType, told.Endpoint.Id));
        Assert.Contains(claimed.Id, told.Data.Text(), StringComparison.Ordinal);
    }

    [ContractFact]
    public async Task A_settlement_that_is_refused_tells_nothing()
    {
        var id = await Stores.OweAsync();
        var claimed = await Stores.ClaimOneAsync();
        await Stores.CancelAsync(id);

        Assert.Empty(await Stores.NoticesAsync(Noticed(claimed, DeliveryTransition.Exhausted)));
        Assert.Empty(await Stores.NoticesAsync(Noticed(claimed, DeliveryTransition.Parked("gone"))));
        Assert.Empty(await Stores.ClaimAsync());
    }

    [ContractFact]
    public async Task A_settlement_without_notices_tells_nothing()
    {
        await Stores.OweAsync();

        Assert.Empty(await Stores.NoticesAsync(Noticed(await Stores.ClaimOneAsync(), DeliveryTransition.Exhausted) with { Notice = null }));
        Assert.Empty(await Stores.ClaimAsync());
    }

    [ContractFact]
    public async Task An_endpoint_that_is_disabled_is_told_of_once()
    {
        await Stores.OweAsync();
        await Stores.OweAsync();
        await Stores.OweAsync();
        var claimed = await Stores.ClaimAsync();
        var gone = DeliveryTransition.Parked("gone");

        var first = await Stores.NoticesAsync(Noticed(claimed[0], gone), Noticed(claimed[1], gone));
        var second = await Stores.NoticesAsync(Noticed(claimed[2], gone));

        Assert.Equal([nameof(NoticeCause.EndpointDisabled)], first.Select(notice => notice.Type));
        Assert.Empty(second);
        Assert.Equal(_operators.Id, (await Stores.ClaimOneAsync()).Endpoint.Id);
        Assert.Equal("gone", (await Endpoints.GetAsync(_endpoint.Id, CancellationToken.None))!.DisabledReason);
    }

    [ContractFact]
    public async Task An_endpoint_that_recovers_is_told_of_once_and_only_if_it_was_blocked()
    {
        for (var i = 0; i < 4; i++)
        {
            await Stores.OweAsync();
        }

        var claimed = await Stores.ClaimAsync(limit: 3);
        Assert.Empty(await Stores.NoticesAsync(Noticed(claimed[0], Some.Failure(claimed[0]))));
        Assert.Empty(await Stores.NoticesAsync(Noticed(claimed[1], Some.Success(claimed[1]))));
        Assert.Empty(await Stores.NoticesAsync(Noticed(claimed[2], Some.Failure(claimed[2], blockFrom: 1))));
        await AdvanceMinutesAsync(11);
        var probe = await Stores.ClaimOneAsync();

        var notices = await Stores.NoticesAsync(Noticed(probe, Some.Success(probe)));

        Assert.Equal([nameof(NoticeCause.EndpointRecovered)], notices.Select(notice => notice.Type));
        var next = await Stores.ClaimAsync();
        Assert.Single(next, delivery => delivery.EventType == nameof(NoticeCause.EndpointRecovered));
        var later = next.First(delivery => delivery.Endpoint.Id == _endpoint.Id);
        Assert.Empty(await Stores.NoticesAsync(Noticed(later, Some.Success(later))));
    }

    [ContractFact]
    public async Task A_put_stores_its_notice_with_it()
    {
        var notice = Some.Event() with { Scopes = ["notices"] };
        await Endpoints.PutAsync(
            new EndpointLookup { Id = _endpoint.Id },
            found => new EndpointChange(found! with { DisabledAt = found.CreatedAt, DisabledReason = "operator" }, notice),
            null,
            CancellationToken.None);

        Assert.Equal(notice.Id, (await Stores.ClaimOneAsync()).EventId);
    }

    [ContractFact(StoreCapabilities.CallerTransactions)]
    public async Task A_put_that_is_rolled_back_tells_nothing()
    {
        await using (var caller = await Fixture.BeginAsync(Stores))
        {
            await caller.PutAsync(
                new EndpointLookup { Id = _endpoint.Id },
                found => new EndpointChange(found! with { DisabledAt = found.CreatedAt, DisabledReason = "operator" }, Some.Event() with { Scopes = ["notices"] }));
            await caller.RollbackAsync();
        }

        Assert.Empty(await Stores.ClaimAsync());
        Assert.Null((await Endpoints.GetAsync(_endpoint.Id, CancellationToken.None))!.DisabledAt);
    }

    private static Settlement Noticed(ClaimedDelivery delivery, DeliveryTransition transition) =>
        new(delivery, transition, Some.Attempt()) { Notice = Some.Notice };

    private static Settlement Noticed(ClaimedDelivery delivery, Settlement settlement) => settlement with { Delivery = delivery, Notice = Some.Notice };
}
