using Outbox.Simulation.Checks;
using Outbox.Simulation.Engine;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Mistakes;
using Outbox.Simulation.Run;
using Outbox.Testing;

namespace Outbox.Simulation.Store;

/// <summary>
/// The one database that all hosts share: the in-memory store, on a clock of its own. Whatever changes it goes through <see cref="Apply"/>
/// in one step of the simulation, as a transaction does, and is looked at by the referee before anything else happens.
/// </summary>
internal sealed class SimulatedDatabase
{
    private readonly World _world;
    private readonly StoreClock _clock;
    private readonly RowWatch _watch;
    private readonly List<SimulatedTransaction> _open = [];
    private SimulatedHost? _seat;

    public SimulatedDatabase(World world, SimulatedContext context)
    {
        _world = world;
        Clock = new SimulatedClock(world.Scheduler, context);
        _clock = new StoreClock(Clock);
        Inner = new InMemoryOutboxStore(_clock);
        Mistakes = new MistakeMaker(world, Inner.Tables);
        _watch = new RowWatch(world, Inner.Tables);
    }

    public InMemoryOutboxStore Inner { get; }

    public SimulatedClock Clock { get; }

    public MistakeMaker Mistakes { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>When the database's clock was last set, in simulated time.</summary>
    public TimeSpan LastJump { get; private set; } = TimeSpan.MinValue;

    /// <summary>Whether a process that could dispatch is there and awake.</summary>
    public bool IsServed => _world.Settings.OneDispatcher ? _seat is { Serves: true } : _world.Hosts.Any(host => host.Serves);

    public void Jump(TimeSpan by)
    {
        Clock.Skew += by;
        LastJump = _world.Now;
    }

    public T Apply<T>(StoreCall call, Func<T> work)
    {
        _clock.Caller = Mistakes.ClockOf(call.Host);
        var result = work();
        _clock.Caller = null;
        call.Result = result;
        if (call.Place != Place.NextDue && !(call.Place == Place.Seat && result is null))
        {
            _watch.After(call);
        }

        return result;
    }

    public void Began(SimulatedTransaction transaction) => _open.Add(transaction);

    public void Ended(SimulatedTransaction transaction) => _open.Remove(transaction);

    /// <summary>Gives the host the place of the one dispatcher, where there is only one.</summary>
    public bool TrySit(SimulatedHost host)
    {
        if (_world.Settings.OneDispatcher && _seat is not null && _seat != host)
        {
            return false;
        }

        _seat = host;
        return true;
    }

    public void StandUp(SimulatedHost host) => _seat = _seat == host ? null : _seat;

    /// <summary>A process died: its place is free, and its open transactions are rolled back.</summary>
    public void Forget(SimulatedHost host)
    {
        StandUp(host);
        foreach (var transaction in _open.Where(transaction => transaction.Host == host).ToList())
        {
            transaction.Abandon();
        }
    }

    private sealed class StoreClock(TimeProvider own) : TimeProvider
    {
        public TimeProvider? Caller { get; set; }

        public override DateTimeOffset GetUtcNow() => (Caller ?? own).GetUtcNow();
    }
}

/// <summary>One call that changed, or could have changed, the database.</summary>
internal sealed class StoreCall(SimulatedHost host, Place place, object? argument = null)
{
    public SimulatedHost Host { get; } = host;

    public Place Place { get; } = place;

    /// <summary>What was asked for, as the store's member takes it.</summary>
    public object? Argument { get; } = argument;

    public object? Result { get; set; }
}
