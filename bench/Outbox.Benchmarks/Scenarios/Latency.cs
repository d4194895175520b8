using Outbox.Benchmarks.Harness;

namespace Outbox.Benchmarks.Scenarios;

/// <summary>
/// From the return of a commit, where the store has one a plain DbTransaction's, to the request's arrival, at a steady pace; against a host that posts by itself as soon as
/// its commit has returned.
/// </summary>
internal static class Latency
{
    public static async Task RunAsync(BenchSettings settings, Report report)
    {
        await using var sink = await SinkProcess.StartAsync();
        using var bare = new BareSender();
        foreach (var rate in settings.Concurrency is { } only ? [only] : new[] { 100, 1000 })
        {
            var count = settings.Count ?? rate * 10;
            var (ours, direct) = (new List<double[]>(), new List<double[]>());
            for (var round = 0; round <= (settings.Rounds ?? 3); round++)
            {
                var without = await MeasureAsync(settings, sink, count, rate, dispatch: false, bare);
                var with = await MeasureAsync(settings, sink, count, rate, dispatch: true, bare);
                if (round > 0)
                {
                    direct.Add(without);
                    ours.Add(with);
                }
            }

            foreach (var (name, share) in new[] { ("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1) })
            {
                report.Add($"commit to arrival, {rate}/s, {name}", "ms", Percentiles(ours, share), Percentiles(direct, share));
            }
        }
    }

    /// <summary>Commits so many calls so many a second, and tells how long after each commit its request arrived.</summary>
    public static async Task<double[]> CommitAsync(OutboxHost host, SinkProcess sink, int first, int count, double rate, int endpoints, int firstEndpoint = 0)
    {
        var committed = new long[count];
        await sink.RecordAsync();
        await using var client = await host.ConnectAsync();
        await Timing.PaceAsync(count, rate, async i =>
            committed[i] = await client.CommitAsync(Payload.IdOf(first + i), first + i, firstEndpoint + i % endpoints));

        return await LatenciesAsync(sink, first, committed);
    }

    private static async Task<double[]> MeasureAsync(BenchSettings settings, SinkProcess sink, int count, int rate, bool dispatch, BareSender bare)
    {
        const int FewEndpoints = 32;
        await using var database = await settings.CreateDatabaseAsync();
        await using var host = await OutboxHost.StartAsync(database, dispatch);
        await Customers.RegisterAsync(host, 0, FewEndpoints, i => sink.Url($"hook/{i}"));
        if (dispatch)
        {
            return await CommitAsync(host, sink, 0, count, rate, FewEndpoints);
        }

        await bare.SendAsync([new Uri(sink.Url("warm"))], 8, 8);
        return await CommitAndPostAsync(host, sink, bare, count, rate);
    }

    private static async Task<double[]> CommitAndPostAsync(OutboxHost host, SinkProcess sink, BareSender bare, int count, int rate)
    {
        var committed = new long[count];
        var posts = new Task[count];
        var url = new Uri(sink.Url("hook"));
        await sink.RecordAsync();
        await using var client = await host.ConnectAsync();
        await Timing.PaceAsync(count, rate, async i =>
        {
            committed[i] = await client.CommitCallAsync(Payload.IdOf(i));
            posts[i] = bare.SendAsync(url, BareSender.BodyOf(i));
        });

        await Task.WhenAll(posts);
        return await LatenciesAsync(sink, 0, committed);
    }

    private static async Task<double[]> LatenciesAsync(SinkProcess sink, int first, long[] committed)
    {
        var arrivals = await sink.ArrivalsAsync();
        var until = Timing.Now;
        while (!Enumerable.Range(first, committed.Length).All(number => arrivals.ContainsKey(number)))
        {
            if (Timing.MillisecondsBetween(until, Timing.Now) > 60_000)
            {
                throw new TimeoutException("Some events have not arrived a minute after the last commit.");
            }

            await Timing.PauseAsync(50);
            arrivals = await sink.ArrivalsAsync();
        }

        return [.. committed.Select((at, i) => Timing.MillisecondsBetween(at, arrivals[first + i]))];
    }

    private static double[] Percentiles(List<double[]> rounds, double share) => [.. rounds.Select(round => Report.Percentile(round, share))];
}
