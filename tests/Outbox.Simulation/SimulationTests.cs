using Outbox.Simulation.Faults;
using Outbox.Simulation.Run;

namespace Outbox.Simulation;

public sealed class SimulationTests
{
    private const ulong Seeds = 200;

    [Fact]
    public void Two_hundred_lives_break_no_promise_and_meet_every_fault()
    {
        var (broken, counts) = (new List<SeedResult>(), new FaultCounts());
        foreach (var result in SeedRuns.Of(1, Seeds))
        {
            counts.Add(result.Faults);
            if (result.IsBroken)
            {
                broken.Add(result);
            }
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken.Select(result => result.Story())));
        Assert.Equal([], Missing(counts));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(13)]
    [InlineData(23)]
    public void The_same_seed_lives_the_same_life(int seed)
    {
        var first = Run.Simulation.Run((ulong)seed, keepLines: 100_000);
        var second = Run.Simulation.Run((ulong)seed, keepLines: 100_000);

        Assert.Equal(first.Trace, second.Trace);
        Assert.Equal(first.Hash, second.Hash);
        Assert.Equal(first.Steps, second.Steps);
        Assert.True(first.Attempts > 0);
    }

    /// <summary>Every fault, and for those that strike at a step, every step.</summary>
    private static IEnumerable<(Fault Fault, Place? Place)> Missing(FaultCounts counts) =>
        Enum.GetValues<Fault>().Where(fault => counts[fault] == 0).Select(fault => (fault, (Place?)null)).Concat(
            from struck in Steps
            from place in struck.Places
            where counts[struck.Fault, place] == 0
            select (struck.Fault, (Place?)place));

    private static readonly Place[] Calls =
    [
        Place.Seat, Place.Enqueue, Place.Commit, Place.Release, Place.Claim, Place.NextDue, Place.Settle, Place.Park, Place.Drain, Place.Heal, Place.Prune, Place.Endpoint,
    ];

    private static readonly Place[] Process = [.. Calls, Place.Send, Place.Answer];

    private static readonly (Fault Fault, Place[] Places)[] Steps =
    [
        (Fault.Crash, Process),
        (Fault.PausePastLease, Process),
        (Fault.Shutdown, Process),
        (Fault.StoreErrorBefore, Calls),
        (Fault.StoreErrorAfter, Calls),
        (Fault.Busy, Calls),
        (Fault.SlowStore, Calls),
        (Fault.CommitUnknown, [Place.Commit, Place.Enqueue, Place.Settle, Place.Claim, Place.Release]),
        (Fault.DiskFull, [Place.Enqueue, Place.Claim, Place.Settle, Place.Park, Place.Prune]),
        (Fault.StoreAway, [Place.Open, Place.Seat, Place.Enqueue, Place.Claim, Place.Settle, Place.Park, Place.Prune]),
    ];
}
