using System.Data.Common;
using Outbox.Storage;

namespace Outbox.Crash.Child;

/// <summary>The real store, with places to be killed at around its claims and settlements.</summary>
internal sealed class KillableStore(IOutboxStore store, KillPoints points) : IOutboxStore
{
    public string SchemaScript => store.SchemaScript;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => store.OpenAsync(cancellationToken);

    public ValueTask<IAsyncDisposable?> TryStartDispatchingAsync(string owner, CancellationToken cancellationToken) =>
        store.TryStartDispatchingAsync(owner, cancellationToken);

    public ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent, DbTransaction? transaction, CancellationToken cancellationToken) =>
        store.EnqueueAsync(newEvent, transaction, cancellationToken);

    public ValueTask<ArtifactOutcome> ReleaseHoldAsync(HoldRelease release, DbTransaction? transaction, CancellationToken cancellationToken) =>
        store.ReleaseHoldAsync(release, transaction, cancellationToken);

    public async ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        var claim = await store.ClaimAsync(request, cancellationToken);
        if (claim.Deliveries.Count > 0)
        {
            await points.ReachAsync(KillPoints.AfterClaim);
        }

        return claim;
    }

    public async ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        await points.ReachAsync(KillPoints.BeforeSettle);
        var result = await store.SettleAsync(settlements, cancellationToken);
        await points.ReachAsync(KillPoints.AfterSettle);
        return result;
    }

    public ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken) => store.NextDueInAsync(cancellationToken);

    public ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken) => store.ParkAsync(limit, cancellationToken);

    public ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken) =>
        store.DrainAsync(portion, interval, cancellationToken);

    public ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken) =>
        store.HealAsync(longestDelay, longestLease, cancellationToken);

    public ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken) => store.PruneAsync(request, cancellationToken);

    public Task WaitForChangeAsync(CancellationToken cancellationToken) => store.WaitForChangeAsync(cancellationToken);
}
