using Microsoft.Extensions.DependencyInjection;
using Outbox.Benchmarks.Harness;
using Outbox.Benchmarks.Stores;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Benchmarks.Scenarios;

/// <summary>
/// The same backlog in a database with many delivered rows, in one with many endpoints, and in one with many endpoints that are blocked while
/// deliveries wait for them, against an empty database with few: the time to drain it, and to claim and settle 64 deliveries.
/// </summary>
internal static class Growth
{
    private const int FewEndpoints = 32;

    public static async Task RunAsync(BenchSettings settings, Report report)
    {
        // A count below the smallest size is the only size.
        var most = settings.Count ?? 5_000_000;
        int[] sizes = [Math.Min(most, 100_000), 1_000_000, 5_000_000];
        var many = Math.Min(most, 10_000);
        await using var sink = await SinkProcess.StartAsync();
        foreach (var retained in sizes.Where(rows => rows <= most))
        {
            await CompareAsync(settings, report, sink, $"{retained:N0} retained rows", FewEndpoints, large => large.RetainAsync(retained, FewEndpoints));
        }

        await CompareAsync(settings, report, sink, $"{many:N0} endpoints", many, _ => Task.CompletedTask);
        await CompareAsync(settings, report, sink, $"{many:N0} blocked endpoints", FewEndpoints, large => BlockAsync(large, sink, many));
    }

    private static async Task BlockAsync(IBenchDatabase database, SinkProcess sink, int endpoints)
    {
        await using (var host = await OutboxHost.StartAsync(database, dispatch: false))
        {
            await Customers.RegisterAsync(host, FewEndpoints, endpoints, i => sink.Url($"hook/{i}"));
            await host.FillAsync(1_000_000_000, endpoints, endpoints, FewEndpoints);
        }

        await database.BlockAsync(FewEndpoints, endpoints);
    }

    private static async Task CompareAsync(BenchSettings settings, Report report, SinkProcess sink, string what, int endpoints, Func<IBenchDatabase, Task> grow)
    {
        await using var small = await settings.CreateDatabaseAsync();
        await using var large = await settings.CreateDatabaseAsync();
        await Drain.FillAsync(small, sink, 0, 0, FewEndpoints);
        await Drain.FillAsync(large, sink, 0, 0, endpoints);
        await grow(large);

        var (drainSmall, drainLarge, claimSmall, claimLarge) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= (settings.Rounds ?? 5); round++)
        {
            var smallRun = await DrainAsync(settings, small, sink, round, FewEndpoints);
            var largeRun = await DrainAsync(settings, large, sink, round, endpoints);
            var smallClaim = await ClaimAsync(settings, small, round, FewEndpoints);
            var largeClaim = await ClaimAsync(settings, large, round, endpoints);
            if (round > 0)
            {
                drainSmall.Add(smallRun);
                drainLarge.Add(largeRun);
                claimSmall.Add(smallClaim);
                claimLarge.Add(largeClaim);
            }
        }

        report.Add($"deliveries, {what}", "per second", drainLarge, drainSmall);
        report.Add($"claim and settle 64, {what}", "µs", claimLarge, claimSmall);
    }

    private static int Backlog(BenchSettings settings) => Math.Min(settings.Count ?? int.MaxValue, 30_000);

    private static async Task<double> DrainAsync(BenchSettings settings, IBenchDatabase database, SinkProcess sink, int round, int endpoints)
    {
        var backlog = Backlog(settings);
        await Drain.FillAsync(database, sink, (long)round * backlog, backlog, endpoints);
        return (await Drain.RunAsync(database, backlog, settings.Concurrency ?? Drain.DefaultConcurrency, endpoints)).PerSecond;
    }

    /// <summary>The store alone, with a backlog in front of it and nothing in flight.</summary>
    private static async Task<double> ClaimAsync(BenchSettings settings, IBenchDatabase database, int round, int endpoints)
    {
        const int Claims = 50;
        var backlog = Backlog(settings);
        await using var host = await OutboxHost.StartAsync(database, dispatch: false);
        await host.FillAsync((long)(1000 + round) * backlog, backlog, endpoints);
        var store = host.Services.GetRequiredService<IOutboxStore>();
        await using var seat = await store.TryStartDispatchingAsync("bench", CancellationToken.None);
        var times = new List<double>();
        for (var i = 0; ; i++)
        {
            var began = Timing.Now;
            var claim = await store.ClaimAsync(
                new ClaimRequest
                {
                    Owner = "bench",
                    Limit = i < Claims ? 64 : 512,
                    LimitPerEndpoint = i < Claims ? 8 : 512,
                    InFlight = new Dictionary<string, int>(StringComparer.Ordinal),
                    Lease = TimeSpan.FromMinutes(1),
                },
                CancellationToken.None);
            await store.SettleAsync([.. claim.Deliveries.Select(Delivered)], CancellationToken.None);
            if (i < Claims)
            {
                times.Add(Timing.MillisecondsBetween(began, Timing.Now) * 1000);
            }
            else if (claim.Deliveries.Count == 0)
            {
                return Report.Median(times);
            }
        }
    }

    private static Settlement Delivered(ClaimedDelivery delivery) => new(
        delivery,
        DeliveryTransition.Delivered,
        new AttemptRecord { StartedAt = delivery.OccurredAt, Duration = TimeSpan.FromMilliseconds(3), StatusCode = 200 });
}
