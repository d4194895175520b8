using Outbox.Simulation.Callers;
using Outbox.Simulation.Checks;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Mistakes;

namespace Outbox.Simulation.Run;

/// <summary>What one seed came to.</summary>
internal sealed record SeedResult(ulong Seed, int Events, long Attempts, string? Rule, string? Violation, ulong Hash, FaultCounts Faults, IReadOnlyCollection<string> Trace)
{
    public bool IsBroken => Violation is not null;

    public long Steps { get; init; }

    public Mistake Mistake { get; init; }

    /// <summary>What was broken, how to see it again, and how it came to that.</summary>
    public string Story()
    {
        const int LastLines = 60;
        var again = Mistake == Mistake.None ? "" : $" --mistake {Mistake}";
        var lines = Simulation.Run(Seed, Mistake, LastLines).Trace.Select(line => $"    {line}");
        return string.Join('\n', [$"seed {Seed}: {Rule}: {Violation}", $"  dotnet run -c Release --project tests/Outbox.Simulation -- --seed {Seed}{again}", .. lines]);
    }
}

/// <summary>Lives one seed from its beginning to its end. The same seed lives the same life.</summary>
internal static class Simulation
{
    private static readonly TimeSpan FirstThings = TimeSpan.FromMinutes(1);

    public static SeedResult Run(ulong seed, Mistake mistake = Mistake.None, int keepLines = 0)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return Live(new World(seed, mistake, keepLines), seed);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private static SeedResult Live(World world, ulong seed)
    {
        var (chaos, referee, operators) = (new Chaos(world), new Referee(world), new Operator(world));
        operators.Enabled = chaos.WhileDraining;
        world.Faults.Plan.IsOver = true;
        foreach (var host in world.Hosts)
        {
            host.Start();
        }

        world.After(TimeSpan.FromSeconds(10), operators.Plan);
        world.At(FirstThings, () =>
        {
            world.Faults.Plan.IsOver = false;
            new Platform(world).Plan();
            chaos.Plan();
            referee.Begin();
        });
        world.At(FirstThings + world.Settings.Length, () =>
        {
            chaos.End();
            operators.EnableAll(0.8);
            referee.End();
        });
        while (!referee.IsOver && world.Scheduler.Step())
        {
        }

        foreach (var host in world.Hosts)
        {
            host.Die();
        }

        if (referee.IsOver && !world.Verdict.IsBroken)
        {
            new EndRules(world).Judge();
        }

        return new SeedResult(
            seed, world.Ledger.Events, world.Ledger.Attempts, world.Verdict.Rule ?? (world.Scheduler.Broken is null ? null : "scheduler"),
            world.Verdict.Violation ?? world.Scheduler.Broken, world.Trace.Hash, world.Counts, world.Trace.Lines)
        {
            Mistake = world.Mistake,
            Steps = world.Scheduler.Steps,
        };
    }
}
