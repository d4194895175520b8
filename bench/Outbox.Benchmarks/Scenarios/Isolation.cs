using Outbox.Benchmarks.Harness;
using Outbox.Benchmarks.Stores;

namespace Outbox.Benchmarks.Scenarios;

/// <summary>
/// A hundred healthy endpoints beside one that hangs with a large backlog and fifty that fail, against the same without the sick ones: how
/// fast a backlog of the healthy is drained, and how late events come at a steady pace.
/// </summary>
internal static class Isolation
{
    private const int Healthy = 100;
    private const int Failing = 50;
    private const int Hangs = Healthy + Failing;
    private const double Rate = 200;

    public static async Task RunAsync(BenchSettings settings, Report report)
    {
        var (alone, beside) = (new List<Result>(), new List<Result>());
        for (var round = 0; round <= (settings.Rounds ?? 3); round++)
        {
            var without = await MeasureAsync(settings, sick: false);
            var with = await MeasureAsync(settings, sick: true);
            if (round > 0)
            {
                alone.Add(without);
                beside.Add(with);
            }
        }

        report.Add("healthy deliveries of a backlog", "per second", [.. beside.Select(r => r.PerSecond)], [.. alone.Select(r => r.PerSecond)]);
        report.Add($"commit to arrival, healthy, {Rate}/s, p50", "ms", [.. beside.Select(r => r.Percentile(0.5))], [.. alone.Select(r => r.Percentile(0.5))]);
        report.Add($"commit to arrival, healthy, {Rate}/s, p99", "ms", [.. beside.Select(r => r.Percentile(0.99))], [.. alone.Select(r => r.Percentile(0.99))]);
        report.Add("requests to the sick", "per round", [.. beside.Select(r => (double)r.SickRequests)]);
    }

    private static async Task<Result> MeasureAsync(BenchSettings settings, bool sick)
    {
        var hanging = settings.Count ?? 100_000;
        var backlog = Math.Clamp(hanging, Healthy, 50_000);
        var paced = Math.Clamp(hanging, Healthy, 2_000);
        await using var sink = await SinkProcess.StartAsync();
        await using var database = await settings.CreateDatabaseAsync();
        await using (var filling = await OutboxHost.StartAsync(database, dispatch: false))
        {
            await Customers.RegisterAsync(filling, 0, Healthy, i => sink.Url($"hook/{i}"));
            await Customers.RegisterAsync(filling, Healthy, Failing, i => sink.Url($"fail/{i}"));
            await Customers.RegisterAsync(filling, Hangs, 1, i => sink.Url($"hang/{i}"));
            if (sick)
            {
                await filling.FillAsync(1_000_000, hanging, 1, Hangs);
                await filling.FillAsync(2_000_000, backlog, Failing, Healthy);
            }

            await filling.FillAsync(0, backlog, Healthy);
        }

        await using var host = OutboxHost.Build(database, dispatch: true, settings.Concurrency);
        await using var client = await host.ConnectAsync();
        var drain = await Run.MeasureAsync(backlog, async () =>
        {
            await host.StartAsync();
            await Timing.UntilAsync(async () => !await client.HasOpenAsync(Healthy), "the healthy have everything");
        });
        var latencies = await Latency.CommitAsync(host, sink, 3_000_000, paced, Rate, Healthy);
        return new Result(drain.PerSecond, latencies, await sink.AnsweredAsync() - backlog - paced);
    }

    private sealed record Result(double PerSecond, double[] Latencies, long SickRequests)
    {
        public double Percentile(double share) => Report.Percentile(Latencies, share);
    }
}
