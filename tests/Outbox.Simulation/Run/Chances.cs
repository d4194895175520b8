using Outbox.Simulation.Engine;

namespace Outbox.Simulation.Run;

/// <summary>Each part of a run draws from a fork of its own, so that a change in one part does not reshuffle all the others.</summary>
internal sealed class Chances(Chance root)
{
    public Chance Scheduler { get; } = root.Fork();

    public Chance Settings { get; } = root.Fork();

    public Chance Plan { get; } = root.Fork();

    public Chance Faults { get; } = root.Fork();

    public Chance Products { get; } = root.Fork();

    public Chance Hosts { get; } = root.Fork();

    public Chance Callers { get; } = root.Fork();

    public Chance Receivers { get; } = root.Fork();

    public Chance Operators { get; } = root.Fork();

    public Chance Chaos { get; } = root.Fork();

    public Chance Mistakes { get; } = root.Fork();
}
