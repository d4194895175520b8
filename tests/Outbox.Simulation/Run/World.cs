using Microsoft.Extensions.DependencyInjection;
using Outbox.Simulation.Checks;
using Outbox.Simulation.Engine;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Mistakes;
using Outbox.Simulation.Receivers;
using Outbox.Simulation.Store;

namespace Outbox.Simulation.Run;

/// <summary>All that one seed makes: hosts, their database, the network with its receivers, and the referee.</summary>
internal sealed class World
{
    private readonly SimulatedContext _context;

    public World(ulong seed, Mistake mistake, int keepLines)
    {
        Mistake = mistake;
        Chances = new Chances(new Chance(seed));
        Settings = new Settings(Chances.Settings);
        Scheduler = new Scheduler(Chances.Scheduler);
        Trace = new Trace(Scheduler, keepLines);
        Verdict = new Verdict(Scheduler, Trace);
        _context = new SimulatedContext(Scheduler, "world");
        Faults = new FaultInjector(new FaultPlan(Chances.Plan), Scheduler, Chances.Faults, Counts, Trace);
        Ledger = new Ledger(this);
        Database = new SimulatedDatabase(this, _context);
        Receivers = [.. Enumerable.Range(0, Settings.Endpoints).Select(number => new Receiver(number, this))];
        Hosts = [.. Enumerable.Range(1, Settings.Hosts).Select(number => new SimulatedHost(number, this))];
    }

    public Mistake Mistake { get; }

    public Chances Chances { get; }

    public Settings Settings { get; }

    public Scheduler Scheduler { get; }

    public Trace Trace { get; }

    public Verdict Verdict { get; }

    public FaultCounts Counts { get; } = new();

    public FaultInjector Faults { get; }

    public Ledger Ledger { get; }

    public SimulatedDatabase Database { get; }

    public IReadOnlyList<Receiver> Receivers { get; }

    public IReadOnlyList<SimulatedHost> Hosts { get; }

    /// <summary>What each process has besides, for a test that listens.</summary>
    public Action<IServiceCollection>? AlsoRegister { get; init; }

    public TimeSpan Now => Scheduler.Now;

    /// <summary>A host that can be asked now, or null.</summary>
    public SimulatedHost? AnyHost(Chance chance)
    {
        var serving = Hosts.Where(host => host.Serves).ToList();
        return serving.Count == 0 ? null : chance.Pick(serving);
    }

    /// <summary>Something that happens by itself, in no process.</summary>
    public void After(TimeSpan delay, Action action) => Scheduler.After(delay, _context, action);

    public void At(TimeSpan time, Action action) => After(time - Now, action);
}
