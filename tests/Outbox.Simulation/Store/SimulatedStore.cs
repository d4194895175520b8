using System.Data.Common;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Mistakes;
using Outbox.Simulation.Run;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Simulation.Store;

/// <summary>One process's way to the database: everything takes time, and anything may go wrong on the way there or on the way back.</summary>
internal sealed class SimulatedStore(SimulatedHost host, World world) : IOutboxStore
{
    private readonly SimulatedDatabase _database = world.Database;

    private InMemoryOutboxStore Inner => _database.Inner;

    private MistakeMaker Mistakes => _database.Mistakes;

    public string SchemaScript => "";

    public ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        world.Faults.Open(host);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IAsyncDisposable?> TryStartDispatchingAsync(string owner, CancellationToken cancellationToken) => host.CallAsync<IAsyncDisposable?>(
        world,
        new StoreCall(host, Place.Seat),
        () =>
        {
            Mistakes.Restart();
            return _database.TrySit(host) ? new Seat(_database, host) : null;
        },
        cancellationToken);

    public async ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (transaction is not SimulatedTransaction caller)
        {
            return await host.CallAsync(world, new StoreCall(host, Place.Enqueue, newEvent), () => Mistakes.Enqueue(Inner, newEvent), cancellationToken);
        }

        await world.Faults.BeforeStoreAsync(host, Place.Enqueue, cancellationToken);
        caller.Add(newEvent, Mistakes.FanOutAtOnce(host, newEvent));
        await world.Faults.AfterStoreAsync(host, Place.Enqueue);
        return new EnqueueResult(newEvent.Id, [DeliveryIds.Prefix(newEvent.Id)], IsDuplicate: false);
    }

    public async ValueTask<ArtifactOutcome> ReleaseHoldAsync(HoldRelease release, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (transaction is not SimulatedTransaction caller)
        {
            return await host.CallAsync(
                world, new StoreCall(host, Place.Release, release), () => Inner.ReleaseHoldAsync(release, null, cancellationToken).Result, cancellationToken);
        }

        await world.Faults.BeforeStoreAsync(host, Place.Release, cancellationToken);
        caller.Add(release);
        await world.Faults.AfterStoreAsync(host, Place.Release);
        return ArtifactOutcome.Released;
    }

    public async ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        var claim = await host.CallAsync(world, new StoreCall(host, Place.Claim, request), () => Mistakes.Claim(Inner, request), cancellationToken);
        world.Ledger.Answered(host, claim);
        return Mistakes.Claimed(host, claim);
    }

    public async ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        var said = Mistakes.Said(settlements);
        var fenced = Mistakes.FencedNow(said);
        return await host.CallAsync(world, new StoreCall(host, Place.Settle, said), () => Mistakes.Settle(Inner, said, fenced), cancellationToken);
    }

    public ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken) => host.CallAsync(
        world, new StoreCall(host, Place.NextDue), () => Inner.NextDueInAsync(cancellationToken).Result, cancellationToken);

    public ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken) => host.CallAsync(
        world, new StoreCall(host, Place.Park), () => Inner.ParkAsync(limit, cancellationToken).Result, cancellationToken);

    public ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken) => host.CallAsync(
        world, new StoreCall(host, Place.Drain), () => Mistakes.Drain(Inner, portion, interval), cancellationToken);

    public async ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken) => await host.CallAsync(
        world,
        new StoreCall(host, Place.Heal),
        () =>
        {
            _ = Inner.HealAsync(longestDelay, longestLease, cancellationToken);
            return true;
        },
        cancellationToken);

    public ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken) => host.CallAsync(
        world, new StoreCall(host, Place.Prune, request), () => Mistakes.Prune(Inner, request), cancellationToken);

    public Task WaitForChangeAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, host.Clock, cancellationToken);

    private sealed class Seat(SimulatedDatabase database, SimulatedHost host) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            database.StandUp(host);
            return ValueTask.CompletedTask;
        }
    }
}
