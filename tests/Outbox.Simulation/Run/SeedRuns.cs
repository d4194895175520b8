using System.Collections.Concurrent;
using Outbox.Simulation.Mistakes;

namespace Outbox.Simulation.Run;

/// <summary>Many seeds, a few at a time, each on a thread of its own.</summary>
internal static class SeedRuns
{
    /// <summary>The results as they come, in no order.</summary>
    public static IEnumerable<SeedResult> Of(ulong start, ulong count, Mistake mistake = Mistake.None)
    {
        using var results = new BlockingCollection<SeedResult>(boundedCapacity: 64);
        var next = start - 1;
        var threads = Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount)).Select(_ => new Thread(() =>
        {
            while (Interlocked.Increment(ref next) is var seed && seed < start + count)
            {
                results.Add(Simulation.Run(seed, mistake));
            }
        })
        {
            IsBackground = true,
        }).ToList();
        threads.ForEach(thread => thread.Start());
        for (var i = 0UL; i < count; i++)
        {
            yield return results.Take();
        }

        threads.ForEach(thread => thread.Join());
    }
}
