using Outbox.Deliveries;
using Outbox.Tests.Sending;
using Xunit.Abstractions;

namespace Outbox.EndToEnd.Tests.Trust;

[Collection(nameof(Alone))]
public sealed class SlowReceiversTests(ITestOutputHelper output)
{
    private const int Slow = 100;
    private const int Each = 10;

    [Fact]
    public async Task A_hundred_endpoints_that_drip_a_byte_a_second_cost_little_and_delay_nobody()
    {
        var dripping = 0;
        await using var drips = new HostileServer(async connection =>
        {
            var request = await connection.ReadRequestAsync();
            Interlocked.Increment(ref dripping);
            var answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
            await connection.WriteAsync(request!.Line.Contains("/body/", StringComparison.Ordinal) ? answer : answer[..1]);
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, connection.Stop);
                await connection.WriteAsync("x");
            }
        });
        await using var well = HostileServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var platform = await Platform.StartAsync(
            configure: options => options.Sending.BodyTimeout = TimeSpan.FromSeconds(10),
            build: outbox => outbox.AddProfile(Platform.Quick with { Name = "patient", Timeout = TimeSpan.FromSeconds(15) }));
        await platform.ListenAsync(well.Url().AbsoluteUri, "patient", WebhookScope.Tenant("well"));
        var before = await LatenciesAsync(platform, 50);
        for (var i = 0; i < Slow; i++)
        {
            await platform.ListenAsync(drips.Url(path: i % 2 == 0 ? $"/headers/{i}" : $"/body/{i}").AbsoluteUri, "patient", WebhookScope.Tenant("slow"));
        }

        var memory = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Each; i++)
        {
            await platform.Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { i }) { Tenant = "slow" });
        }

        await platform.UntilAsync(() => Task.FromResult(Volatile.Read(ref dripping) >= Slow));
        var during = await LatenciesAsync(platform, 200);
        memory = GC.GetTotalMemory(forceFullCollection: true) - memory;

        output.WriteLine($"p50 {before[25]:F0} -> {during[100]:F0} ms, p99 {before[49]:F0} -> {during[198]:F0} ms; {memory / 1024} KiB more for {dripping} slow requests");
        Assert.InRange(memory, long.MinValue, 50 * 1024 * 1024);
        Assert.InRange(during[198], 0, Math.Max(2000, 5 * before[49]));
    }

    [Fact]
    public async Task Receivers_that_hang_leave_the_last_quarter_of_the_slots_to_an_endpoint_that_has_nothing_on_the_wire()
    {
        const int Hanging = 4;
        var onTheWire = 0;
        await using var hanging = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            Interlocked.Increment(ref onTheWire);
            await connection.UntilClosedAsync();
        });
        await using var well = HostileServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var platform = await Platform.StartAsync(
            configure: options => (options.MaxInFlight, options.MaxInFlightPerEndpoint, options.LeaseDuration) = (16, 4, TimeSpan.FromMinutes(5)),
            build: outbox => outbox.AddProfile(Platform.Quick with { Name = "patient", Timeout = TimeSpan.FromMinutes(1) }));
        await platform.ListenAsync(well.Url().AbsoluteUri, "patient", WebhookScope.Tenant("well"));
        for (var i = 0; i < Hanging; i++)
        {
            await platform.ListenAsync(hanging.Url(path: $"/{i}").AbsoluteUri, "patient", WebhookScope.Tenant("slow"));
        }

        // Each may have 4 on the wire, so together they could fill all 16 slots; where the first claim left one of them out, it has one of the last quarter.
        for (var i = 0; i < Each; i++)
        {
            await platform.Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { i }) { Tenant = "slow" });
        }

        await platform.UntilAsync(() => Task.FromResult(Volatile.Read(ref onTheWire) >= 12));
        await LatenciesAsync(platform, 50);

        Assert.InRange(Volatile.Read(ref onTheWire), 12, 13);
    }

    /// <summary>From the enqueue until the delivery is stored as delivered, in milliseconds, sorted.</summary>
    private static async Task<List<double>> LatenciesAsync(Platform platform, int count)
    {
        var latencies = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            var enqueued = await platform.Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { i }) { Tenant = "well" });
            await platform.UntilAsync(enqueued.DeliveryIds.Single(), DeliveryStatus.Delivered);
            latencies.Add(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
        }

        latencies.Sort();
        return latencies;
    }
}
