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

        Assert.True(broken.Count == 0, string.Join('\n', broken.Select(result => $"{result.Rule}: {result.Violation}\n{result.Replay}")));
        Assert.Empty(Enum.GetValues<Fault>().Where(fault => counts[fault] == 0));
        Assert.Empty(Processes.Where(place => counts[Fault.Crash, place] == 0));
        Assert.Empty(Processes.Where(place => counts[Fault.PausePastLease, place] == 0));
        Assert.Empty(Processes.Where(place => counts[Fault.Shutdown, place] == 0));
        Assert.Empty(Commits.Where(place => counts[Fault.CommitUnknown, place] == 0));
        Assert.Empty(Processes.Except([Place.Send, Place.Answer]).Where(place => counts[Fault.StoreErrorBefore, place] == 0 || counts[Fault.StoreErrorAfter, place] == 0));
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

    /// <summary>Where a process can die, stand still or be told to stop.</summary>
    private static readonly Place[] Processes =
    [
        Place.Seat, Place.Enqueue, Place.Commit, Place.Release, Place.Claim, Place.NextDue, Place.Settle, Place.Park, Place.Drain, Place.Heal, Place.Prune,
        Place.Endpoint, Place.Send, Place.Answer,
    ];

    private static readonly Place[] Commits = [Place.Commit, Place.Enqueue, Place.Settle, Place.Claim, Place.Release];
}
