using Outbox.Benchmarks.Harness;

namespace Outbox.Benchmarks.Scenarios;

/// <summary>The peak working set of a process that does nothing but drain a large backlog; bytes allocated per delivery are in drain.</summary>
internal static class Memory
{
    public static async Task RunAsync(BenchSettings settings, Report report)
    {
        var count = settings.Count ?? 1_000_000;
        var concurrency = settings.Concurrency ?? Drain.DefaultConcurrency;
        await using var sink = await SinkProcess.StartAsync();
        var (peaks, idle, rates) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < (settings.Rounds ?? 1); round++)
        {
            await using var empty = await settings.CreateDatabaseAsync();
            await using (var worker = await WorkerProcess.StartAsync(settings.Store, empty, concurrency))
            {
                idle.Add((await worker.CostAsync()).PeakMegabytes);
            }

            await using var database = await settings.CreateDatabaseAsync();
            await Drain.FillAsync(database, sink, 0, count, Drain.EndpointsFor(concurrency));
            var began = Timing.Now;
            await using var draining = await WorkerProcess.StartAsync(settings.Store, database, concurrency);
            await draining.UntilDrainedAsync();
            rates.Add(count / Timing.MillisecondsBetween(began, Timing.Now) * 1000);
            peaks.Add((await draining.CostAsync()).PeakMegabytes);
        }

        report.Add($"peak working set, draining {count:N0}, against the idle host", "MB", peaks, idle);
        report.Add("deliveries", "per second", rates);
    }
}
