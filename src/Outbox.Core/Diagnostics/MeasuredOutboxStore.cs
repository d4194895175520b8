using System.Data.Common;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Diagnostics;

/// <summary>The chosen store with each operation measured, so that no provider has to.</summary>
internal sealed class MeasuredOutboxStore(IOutboxStore store, StoreMeter meter) : IOutboxStore
{
    /// <summary>The chosen store itself.</summary>
    public IOutboxStore Chosen => store;

    public string SchemaScript => store.SchemaScript;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => meter.MeasureAsync("open", () => store.OpenAsync(cancellationToken));

    public ValueTask<IAsyncDisposable?> TryStartDispatchingAsync(string owner, CancellationToken cancellationToken) =>
        meter.MeasureAsync("start_dispatching", () => store.TryStartDispatchingAsync(owner, cancellationToken));

    public async ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent, DbTransaction? transaction, CancellationToken cancellationToken) =>
        Counted(newEvent, await meter.MeasureAsync("enqueue", () => store.EnqueueAsync(newEvent, transaction, cancellationToken)));

    /// <summary>The same in a transaction of which only <paramref name="storeIt"/> knows.</summary>
    public EnqueueResult Enqueue(NewEvent newEvent, Func<NewEvent, EnqueueResult> storeIt) =>
        Counted(newEvent, meter.Measure("enqueue", () => storeIt(newEvent)));

    public ValueTask<ArtifactOutcome> ReleaseHoldAsync(HoldRelease release, DbTransaction? transaction, CancellationToken cancellationToken) =>
        meter.MeasureAsync("release_hold", () => store.ReleaseHoldAsync(release, transaction, cancellationToken));

    public async ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        var result = await meter.MeasureAsync("claim", () => store.ClaimAsync(request, cancellationToken));
        meter.Metrics.Claimed(result.Deliveries);
        return result;
    }

    public async ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        var result = await meter.MeasureAsync("settle", () => store.SettleAsync(settlements, cancellationToken));
        meter.Metrics.Settled(settlements.Count);
        for (var i = 0; i < result.Stored.Count; i++)
        {
            if (result.Stored[i] && settlements[i].Transition.Status == DeliveryStatus.Exhausted)
            {
                meter.Metrics.Exhausted(settlements[i].Delivery);
            }
        }

        foreach (var notice in result.Notices)
        {
            meter.Metrics.Enqueued(notice.Type);
        }

        return result;
    }

    public ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken) =>
        meter.MeasureAsync("next_due", () => store.NextDueInAsync(cancellationToken));

    public ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken) =>
        meter.MeasureAsync("park", () => store.ParkAsync(limit, cancellationToken));

    public ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken) =>
        meter.MeasureAsync("drain", () => store.DrainAsync(portion, interval, cancellationToken));

    public ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken) =>
        meter.MeasureAsync("heal", () => store.HealAsync(longestDelay, longestLease, cancellationToken));

    public ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken) =>
        meter.MeasureAsync("prune", () => store.PruneAsync(request, cancellationToken));

    // It waits for others and says nothing about the database.
    public Task WaitForChangeAsync(CancellationToken cancellationToken) => store.WaitForChangeAsync(cancellationToken);

    private EnqueueResult Counted(NewEvent newEvent, EnqueueResult result)
    {
        if (!result.IsDuplicate)
        {
            meter.Metrics.Enqueued(newEvent.Type);
        }

        return result;
    }
}
