using Outbox.Simulation.Engine;
using Outbox.Simulation.Hosts;
using Outbox.Storage;

namespace Outbox.Simulation.Faults;

/// <summary>Throws the dice at each place that a process passes.</summary>
internal sealed class FaultInjector(FaultPlan plan, Scheduler scheduler, Chance chance, FaultCounts counts, Trace trace)
{
    private readonly TaskCompletionSource _never = new();
    private TimeSpan _awayUntil;
    private TimeSpan _fullUntil;

    public FaultPlan Plan => plan;

    /// <summary>When anything last kept a process or the store from its work.</summary>
    public TimeSpan LastTrouble { get; private set; }

    public void TakeStoreAway(TimeSpan duration)
    {
        _awayUntil = scheduler.Now + duration;
        Happened(Fault.StoreAway, Place.Anywhere, $"the store is away for {duration}");
    }

    public void FillDisk(TimeSpan duration)
    {
        _fullUntil = scheduler.Now + duration;
        Happened(Fault.DiskFull, Place.Anywhere, $"the disk is full for {duration}");
    }

    /// <summary>From now on nothing goes wrong any more.</summary>
    public void EndAll()
    {
        plan.IsOver = true;
        _awayUntil = _fullUntil = TimeSpan.Zero;
        LastTrouble = scheduler.Now;
    }

    /// <summary>Opening takes no time here, and says itself whether waiting helps.</summary>
    public void Open(SimulatedHost host)
    {
        if (scheduler.Now < _awayUntil || Strikes(Fault.StoreErrorBefore, 0.1))
        {
            Trouble(host, scheduler.Now < _awayUntil ? Fault.StoreAway : Fault.StoreErrorBefore, Place.Open);
            throw new OutboxStoreException("The database cannot be opened.", isTransient: true);
        }
    }

    public async ValueTask BeforeStoreAsync(SimulatedHost host, Place place, CancellationToken cancellationToken)
    {
        await ToProcessAsync(host, place);
        await Task.Delay(Latency(host, place), host.Clock, cancellationToken);
        if (scheduler.Now < _awayUntil)
        {
            Trouble(host, Fault.StoreAway, place);
            throw new OutboxStoreException("The database is away.", isTransient: true);
        }

        Throw(host, Fault.StoreErrorBefore, place, 0.02);
        Throw(host, Fault.Busy, place, 0.02);
        if (Writes(place) && scheduler.Now < _fullUntil)
        {
            Trouble(host, Fault.DiskFull, place);
            throw new OutboxStoreException("The disk is full.", isTransient: true);
        }

        if (Commits(place))
        {
            Throw(host, Fault.CommitUnknown, place, 0.01);
        }
    }

    public async ValueTask AfterStoreAsync(SimulatedHost host, Place place)
    {
        await ToProcessAsync(host, place);
        Throw(host, Fault.StoreErrorAfter, place, 0.02);
        if (Commits(place))
        {
            Throw(host, Fault.CommitUnknown, place, 0.01);
        }
    }

    /// <summary>What can happen to a process at any point: it dies, it stands still, it is told to stop.</summary>
    public async ValueTask ToProcessAsync(SimulatedHost host, Place place)
    {
        if (!host.MayFall)
        {
            return;
        }

        var usual = Busyness(place);
        if (Strikes(Fault.Crash, usual))
        {
            Happened(Fault.Crash, place, $"{host.Name} crashes at {place}");
            host.Crash();
            await _never.Task;
        }

        if (Strikes(Fault.PausePastLease, usual))
        {
            var pause = host.Lease * (chance.Is(0.5) ? 1 + 0.3 * chance.NextDouble() : 0.2 + 2 * chance.NextDouble());
            Happened(Fault.PausePastLease, place, $"{host.Name} stands still at {place} for {pause}");
            host.Pause(pause);
            await Task.Yield();
        }

        if (Strikes(Fault.Shutdown, usual * 0.7))
        {
            Happened(Fault.Shutdown, place, $"{host.Name} is stopped at {place}");
            host.Stop(chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(20)));
        }
    }

    public bool Strikes(Fault fault, double usual) => plan.Rate(fault) is > 0 and var rate && chance.Is(rate * usual);

    public void Happened(Fault fault, Place place, string what)
    {
        counts.Add(fault, place);
        LastTrouble = LastTrouble > scheduler.Now ? LastTrouble : scheduler.Now;
        trace.Add("fault", what);
    }

    // A process spends most of its calls on looking for work. What matters happens while there is some.
    private static double Busyness(Place place) => place switch
    {
        Place.Send or Place.Answer or Place.Settle => 0.004,
        Place.Enqueue or Place.Commit or Place.Release or Place.Endpoint or Place.Operator => 0.003,
        _ => 0.0006,
    };

    private TimeSpan Latency(SimulatedHost host, Place place)
    {
        if (Strikes(Fault.SlowStore, 0.02))
        {
            Trouble(host, Fault.SlowStore, place);
            var latency = chance.Between(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(25));

            // It lasts until the call is over.
            LastTrouble = scheduler.Now + latency;
            return latency;
        }

        return TimeSpan.FromMicroseconds(chance.Between(50, 4000));
    }

    private void Throw(SimulatedHost host, Fault fault, Place place, double usual)
    {
        if (Strikes(fault, usual))
        {
            Trouble(host, fault, place);
            throw new StoreFaultException(fault);
        }
    }

    private void Trouble(SimulatedHost host, Fault fault, Place place)
    {
        Happened(fault, place, $"{host.Name} {place}: {fault}");
        host.Disturbed();
    }

    private static bool Writes(Place place) => place is not (Place.Open or Place.Seat or Place.NextDue);

    private static bool Commits(Place place) => place is Place.Commit or Place.Enqueue or Place.Settle or Place.Claim or Place.Release;
}
