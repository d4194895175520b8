using Outbox.Simulation.Engine;

namespace Outbox.Simulation.Run;

/// <summary>The first promise that was broken.</summary>
internal sealed class Verdict(Scheduler scheduler, Trace trace)
{
    public string? Rule { get; private set; }

    public string? Violation { get; private set; }

    public bool IsBroken => Rule is not null;

    public void Fail(string rule, string what)
    {
        if (IsBroken)
        {
            return;
        }

        Rule = rule;
        Violation = what;
        trace.Add("VIOLATION", $"{rule}: {what}");
        scheduler.Break(what);
    }

    public void Check(bool holds, string rule, Func<string> what)
    {
        if (!holds)
        {
            Fail(rule, what());
        }
    }
}
