using System.Collections.Concurrent;
using System.Data.Common;
using Outbox.Deliveries;
using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.Testing.Tests;

/// <summary>A store that passes everything on to the in-memory one, for a broken one to override what it does wrong.</summary>
internal abstract class WrappedStore(InMemoryOutboxStore inner) : IOutboxStore
{
    public string SchemaScript => inner.SchemaScript;

    protected IEndpointStore Endpoints => inner.Endpoints;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public ValueTask<IAsyncDisposable?> TryStartDispatchingAsync(string owner, CancellationToken cancellationToken) =>
        inner.TryStartDispatchingAsync(owner, cancellationToken);

    public ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.EnqueueAsync(newEvent, transaction, cancellationToken);

    public ValueTask<ArtifactOutcome> ReleaseHoldAsync(HoldRelease release, DbTransaction? transaction, CancellationToken cancellationToken) =>
        inner.ReleaseHoldAsync(release, transaction, cancellationToken);

    public virtual ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        inner.ClaimAsync(request, cancellationToken);

    public virtual ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken) =>
        inner.SettleAsync(settlements, cancellationToken);

    public ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken) => inner.NextDueInAsync(cancellationToken);

    public ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken) => inner.ParkAsync(limit, cancellationToken);

    public ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken) =>
        inner.DrainAsync(portion, interval, cancellationToken);

    public ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken) =>
        inner.HealAsync(longestDelay, longestLease, cancellationToken);

    public ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken) => inner.PruneAsync(request, cancellationToken);

    public Task WaitForChangeAsync(CancellationToken cancellationToken) => inner.WaitForChangeAsync(cancellationToken);
}

/// <summary>Settles by id alone: whatever token a settlement has, it is taken for the one in force.</summary>
internal sealed class UnfencedStore(InMemoryOutboxStore inner) : WrappedStore(inner)
{
    private readonly ConcurrentDictionary<long, long> _inForce = new();

    public override async ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        var result = await base.ClaimAsync(request, cancellationToken);
        foreach (var delivery in result.Deliveries)
        {
            _inForce[delivery.Key] = delivery.LeaseToken;
        }

        return result;
    }

    public override ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken) =>
        base.SettleAsync([.. settlements.Select(Unfenced)], cancellationToken);

    private Settlement Unfenced(Settlement settlement) => settlement with
    {
        Delivery = settlement.Delivery with { LeaseToken = _inForce.GetValueOrDefault(settlement.Delivery.Key) },
    };
}

/// <summary>
/// Claims by finding the rows and then, after an await, updating them. What one claim has found and not yet updated, another one that comes
/// meanwhile finds as well.
/// </summary>
internal sealed class FindThenUpdateStore(InMemoryOutboxStore inner) : WrappedStore(inner)
{
    private ClaimResult? _found;

    public override async ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _found) is { } alsoFound)
        {
            return alsoFound;
        }

        var found = await base.ClaimAsync(request, cancellationToken);
        Volatile.Write(ref _found, found);
        for (var turn = 0; turn < 10; turn++)
        {
            await Task.Yield();
        }

        Volatile.Write(ref _found, null);
        return found;
    }
}

/// <summary>Believes what settlements say about endpoints before it looks at their leases.</summary>
internal sealed class HastyStore(InMemoryOutboxStore inner) : WrappedStore(inner)
{
    public override async ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        foreach (var settlement in settlements)
        {
            await Endpoints.PutAsync(
                new EndpointLookup { Id = settlement.Delivery.Endpoint.Id }, endpoint => After(endpoint!, settlement.Effect), null, cancellationToken);
        }

        return await base.SettleAsync([.. settlements.Select(settlement => settlement with { Effect = EndpointEffect.None })], cancellationToken);
    }

    private static StoredEndpoint After(StoredEndpoint endpoint, EndpointEffect effect) => effect switch
    {
        { EndsFailures: true } => endpoint with { FailuresInARow = 0, FailingSince = null, BlockedUntil = null },
        { CountsFailure: true } => endpoint with { FailuresInARow = endpoint.FailuresInARow + 1, FailingSince = endpoint.CreatedAt },
        _ => endpoint,
    };
}

/// <summary>Stores notices by themselves, whether what they tell of was stored or not.</summary>
internal sealed class GossipStore(InMemoryOutboxStore inner) : WrappedStore(inner)
{
    public override async ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        NewEvent[] notices =
        [
            .. settlements
                .Where(settlement => settlement is { Notice: not null, Transition.Status: DeliveryStatus.Exhausted or DeliveryStatus.Parked })
                .Select(settlement => settlement.Notice!(settlement, NoticeCause.DeliveryExhausted)),
        ];
        foreach (var notice in notices)
        {
            await EnqueueAsync(notice, null, cancellationToken);
        }

        var (stored, _) = await base.SettleAsync([.. settlements.Select(settlement => settlement with { Notice = null })], cancellationToken);
        return new SettleResult(stored, notices);
    }
}

/// <summary>Knows no pace, and lets any number try a half-open endpoint: its claims see another clock than its settlements write.</summary>
internal sealed class EagerStore(InMemoryOutboxStore inner) : WrappedStore(inner)
{
    public override async ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        foreach (var endpoint in await Endpoints.ListAsync(new EndpointFilter(), cancellationToken))
        {
            await Endpoints.PutAsync(
                new EndpointLookup { Id = endpoint.Id }, found => found! with { MaxPerSecond = null, BlockedUntil = null }, null, cancellationToken);
        }

        return await base.ClaimAsync(request, cancellationToken);
    }
}

[StoreCapabilities(StoreCapabilities.ManyDispatchers | StoreCapabilities.ClockJumps)]
internal abstract class BrokenFixture : StoreFixture
{
    private OutboxStores? _stores;

    public override ValueTask CreateDatabaseAsync()
    {
        var inner = new InMemoryOutboxStore(Clock);
        _stores = new OutboxStores(Break(inner), inner.Endpoints, inner.Deliveries, inner.Inspection);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<OutboxStores> ConnectAsync(SchemaMode schemaMode) => new(_stores!);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected abstract IOutboxStore Break(InMemoryOutboxStore inner);
}

internal sealed class UnfencedFixture : BrokenFixture
{
    protected override IOutboxStore Break(InMemoryOutboxStore inner) => new UnfencedStore(inner);
}

internal sealed class HastyFixture : BrokenFixture
{
    protected override IOutboxStore Break(InMemoryOutboxStore inner) => new HastyStore(inner);
}

internal sealed class GossipFixture : BrokenFixture
{
    protected override IOutboxStore Break(InMemoryOutboxStore inner) => new GossipStore(inner);
}

internal sealed class EagerFixture : BrokenFixture
{
    protected override IOutboxStore Break(InMemoryOutboxStore inner) => new EagerStore(inner);
}

internal sealed class FindThenUpdateFixture : BrokenFixture
{
    protected override IOutboxStore Break(InMemoryOutboxStore inner) => new FindThenUpdateStore(inner);
}
