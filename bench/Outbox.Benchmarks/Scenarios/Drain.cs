using Outbox.Benchmarks.Harness;
using Outbox.Benchmarks.Stores;

namespace Outbox.Benchmarks.Scenarios;

/// <summary>
/// A backlog, from the dispatcher's start until the last delivery is stored as delivered; against a bare loop that sends as many of the
/// same POSTs, as many at a time. The backlog is owed to as many endpoints as fill the slots at the default limit for each. Once to a receiver
/// as a customer in .NET has it, once to one that costs as little as can be.
/// </summary>
internal static class Drain
{
    public const int DefaultConcurrency = 128;

    public static int EndpointsFor(int concurrency) => Math.Max(1, concurrency / new WebhookOutboxOptions().MaxInFlightPerEndpoint);

    public static async Task RunAsync(BenchSettings settings, Report report)
    {
        await CompareAsync(settings, report, VerifyingReceiver.Role, "to ASP.NET Core");
        await CompareAsync(settings, report, Sink.Role, "to a bare socket");
    }

    private static async Task CompareAsync(BenchSettings settings, Report report, string receiver, string what)
    {
        var count = settings.Count ?? 50_000;
        var concurrency = settings.Concurrency ?? DefaultConcurrency;
        await using var sink = await SinkProcess.StartAsync(receiver);
        using var bare = new BareSender();
        var (drained, sent) = (new List<Run>(), new List<Run>());

        for (var round = 0; round <= (settings.Rounds ?? 5); round++)
        {
            var sending = await SendBareAsync(bare, sink, count, concurrency);
            await using var database = await settings.CreateDatabaseAsync();
            await FillAsync(database, sink, 0, count, EndpointsFor(concurrency));
            var draining = await RunAsync(database, count, concurrency);

            // Round 0 is for the compiler.
            if (round > 0)
            {
                sent.Add(sending);
                drained.Add(draining);
            }
        }

        report.Add($"deliveries {what}, {concurrency} at a time", "per second", [.. drained.Select(run => run.PerSecond)], [.. sent.Select(run => run.PerSecond)]);
        report.Add($"allocated, {what}", "bytes per delivery", [.. drained.Select(run => run.BytesEach)], [.. sent.Select(run => run.BytesEach)]);
        report.Add($"processor time, {what}", "µs per delivery", [.. drained.Select(run => run.CpuEach)], [.. sent.Select(run => run.CpuEach)]);
    }

    /// <summary>Makes endpoints where there are none yet, and a backlog that is owed to them in turn.</summary>
    public static async Task FillAsync(IBenchDatabase database, SinkProcess sink, long first, int count, int endpoints)
    {
        await using var host = await OutboxHost.StartAsync(database, dispatch: false);
        if ((await host.Outbox.Endpoints.ListAsync()).Count == 0)
        {
            await Customers.RegisterAsync(host, 0, endpoints, i => sink.Url($"hook/{i}"));
        }

        await host.FillAsync(first, count, endpoints);
    }

    /// <summary>Delivers a backlog of so many, which is owed to the first so many endpoints.</summary>
    public static async Task<Run> RunAsync(IBenchDatabase database, int count, int concurrency, int endpoints = int.MaxValue)
    {
        await using var host = OutboxHost.Build(database, dispatch: true, concurrency);
        await using var client = await host.ConnectAsync();
        return await Run.MeasureAsync(count, async () =>
        {
            await host.StartAsync();
            await Timing.UntilAsync(async () => !await client.HasOpenAsync(endpoints), "everything is delivered");
        });
    }

    private static Task<Run> SendBareAsync(BareSender bare, SinkProcess sink, int count, int concurrency)
    {
        var urls = Enumerable.Range(0, EndpointsFor(concurrency)).Select(i => new Uri(sink.Url($"hook/{i}"))).ToArray();
        return Run.MeasureAsync(count, () => bare.SendAsync(urls, count, concurrency));
    }
}
