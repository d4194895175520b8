using Outbox.Benchmarks.Harness;

namespace Outbox.Benchmarks.Scenarios;

/// <summary>One, two and three dispatching processes on one database, against one. A store that lets one of them dispatch shows that the others stand by.</summary>
internal static class Hosts
{
    public static async Task RunAsync(BenchSettings settings, Report report)
    {
        var count = settings.Count ?? 30_000;
        var concurrency = settings.Concurrency ?? Drain.DefaultConcurrency;
        var rates = new List<double>[] { [], [], [] };
        var repeats = new List<double>[] { [], [], [] };
        await using var sink = await SinkProcess.StartAsync();
        for (var round = 0; round < (settings.Rounds ?? 3); round++)
        {
            for (var hosts = 1; hosts <= rates.Length; hosts++)
            {
                await using var database = await settings.CreateDatabaseAsync();
                if (hosts > 1 && database.BelongsToOneHost)
                {
                    break;
                }

                await Drain.FillAsync(database, sink, 0, count, Drain.EndpointsFor(concurrency));
                await sink.AnsweredAsync();
                var began = Timing.Now;
                var workers = await Task.WhenAll(Enumerable.Range(0, hosts).Select(_ => WorkerProcess.StartAsync(settings.Store, database, concurrency)));
                await workers[0].UntilDrainedAsync();
                rates[hosts - 1].Add(count / Timing.MillisecondsBetween(began, Timing.Now) * 1000);
                repeats[hosts - 1].Add(await sink.AnsweredAsync() - count);
                foreach (var worker in workers)
                {
                    await worker.DisposeAsync();
                }
            }
        }

        for (var hosts = 1; hosts <= rates.Length; hosts++)
        {
            report.Add($"deliveries, {hosts} processes from their start", "per second", rates[hosts - 1], rates[0]);
            report.Add($"requests sent twice, {hosts} processes", "requests", repeats[hosts - 1]);
        }
    }
}
