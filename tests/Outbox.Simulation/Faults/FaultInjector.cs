using Outbox.Simulation.Checks;
using Outbox.Simulation.Engine;
using Outbox.Simulation.Hosts;
using Outbox.Storage;

namespace Outbox.Simulation.Faults;

/// <summary>Throws the dice at each place that a process passes.</summary>
internal sealed class FaultInjector(FaultPlan plan, Scheduler scheduler, Chance chance, FaultCounts counts, Ledger ledger, Trace trace)
{
    private readonly TaskCompletionSource _never = new();
    private TimeSpan _awayUntil;

    public bool IsStoreAway => scheduler.Now < _awayUntil;

    public void TakeStoreAway(TimeSpan duration)
    {
        _awayUntil = scheduler.Now + duration;
        Happened(Fault.StoreAway, Place.Anywhere, $"the store is away for {duration}");
    }

    public void BringStoreBack() => _awayUntil = TimeSpan.Zero;

    public async ValueTask BeforeStoreAsync(SimulatedHost host, Place place, CancellationToken cancellationToken)
    {
        await ToProcessAsync(host, place);
        await Task.Delay(Latency(host, place), host.Clock, cancellationToken);
        if (IsStoreAway)
        {
            counts.Add(Fault.StoreAway, place);
            ledger.Disturbed(host);
            throw new OutboxStoreException("The database is away.", isTransient: true);
        }

        Throw(host, Fault.StoreErrorBefore, place, 0.02);
        Throw(host, Fault.Busy, place, 0.03);
        if (place is Place.Enqueue or Place.Commit or Place.Settle or Place.Claim or Place.Release or Place.Endpoint)
        {
            Throw(host, Fault.DiskFull, place, 0.02);
        }

        if (IsCommit(place) && Strikes(Fault.CommitUnknown, 0.01))
        {
            Happened(Fault.CommitUnknown, place, $"{host.Name} {place}: not committed, outcome unknown");
            ledger.Disturbed(host);
            throw new StoreFaultException(Fault.CommitUnknown);
        }
    }

    public async ValueTask AfterStoreAsync(SimulatedHost host, Place place)
    {
        await ToProcessAsync(host, place);
        Throw(host, Fault.StoreErrorAfter, place, 0.02);
        if (IsCommit(place))
        {
            Throw(host, Fault.CommitUnknown, place, 0.01);
        }
    }

    /// <summary>What can happen to a process at any point: it dies, it is stopped, it stands still.</summary>
    public async ValueTask ToProcessAsync(SimulatedHost host, Place place)
    {
        if (Strikes(Fault.Crash, 0.0012) && host.MayFall)
        {
            Happened(Fault.Crash, place, $"{host.Name} crashes at {place}");
            host.Crash();
            await _never.Task;
        }

        if (Strikes(Fault.PausePastLease, 0.001) && host.MayFall)
        {
            var pause = host.Lease * (0.3 + 2 * chance.NextDouble());
            Happened(Fault.PausePastLease, place, $"{host.Name} stands still at {place} for {pause}");
            host.Pause(pause);
            await Task.Yield();
        }

        if (Strikes(Fault.Shutdown, 0.0008) && host.MayFall)
        {
            Happened(Fault.Shutdown, place, $"{host.Name} is stopped at {place}");
            host.Stop(chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(20)));
        }
    }

    public bool Strikes(Fault fault, double usual) => plan.Rate(fault) is > 0 and var rate && chance.Is(rate * usual);

    public void Happened(Fault fault, Place place, string what)
    {
        counts.Add(fault, place);
        trace.Add("fault", what);
    }

    private TimeSpan Latency(SimulatedHost host, Place place)
    {
        if (Strikes(Fault.SlowStore, 0.03))
        {
            var slow = chance.Between(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(25));
            Happened(Fault.SlowStore, place, $"{host.Name} {place} takes {slow}");
            ledger.Disturbed(host);
            return slow;
        }

        return TimeSpan.FromMicroseconds(chance.Between(50, 4000));
    }

    private void Throw(SimulatedHost host, Fault fault, Place place, double usual)
    {
        if (Strikes(fault, usual))
        {
            Happened(fault, place, $"{host.Name} {place}: {fault}");
            ledger.Disturbed(host);
            throw new StoreFaultException(fault);
        }
    }

    private static bool IsCommit(Place place) => place is Place.Commit or Place.Enqueue or Place.Settle or Place.Claim or Place.Release;
}
