using Outbox.Benchmarks.Harness;

namespace Outbox.Benchmarks.Scenarios;

/// <summary>A dispatching process with nothing to do, after it has settled down; against nothing, because a process without it does nothing.</summary>
internal static class Idle
{
    public static async Task RunAsync(BenchSettings settings, Report report)
    {
        var seconds = settings.Count ?? 60;
        var (cpu, queries) = (new List<double>(), new List<double>());
        await using var sink = await SinkProcess.StartAsync();
        await using var database = await settings.CreateDatabaseAsync();
        await Drain.FillAsync(database, sink, 0, 100, 10);
        await using var worker = await WorkerProcess.StartAsync(settings.Store, database);
        await Timing.PauseAsync(Math.Min(10, seconds) * 1000);
        for (var round = 0; round < (settings.Rounds ?? 1); round++)
        {
            var before = await worker.CostAsync();
            await Timing.PauseAsync(seconds * 1000);
            var after = await worker.CostAsync();
            cpu.Add((after.CpuMilliseconds - before.CpuMilliseconds) / seconds / 10);
            if (after.Queries - before.Queries is { } ran)
            {
                queries.Add((double)ran / seconds);
            }
        }

        report.Add("processor", "% of a core", cpu);
        report.Add("queries", "per second", queries);
    }
}
