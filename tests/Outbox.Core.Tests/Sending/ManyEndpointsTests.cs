using Outbox.Sending;

namespace Outbox.Tests.Sending;

public sealed class ManyEndpointsTests
{
    [Fact]
    public async Task A_hundred_receivers_that_drip_cost_little_and_delay_nobody()
    {
        using var bench = new SendingBench();
        bench.Options.BodyTimeout = TimeSpan.FromSeconds(1);
        await using var dripping = new HostileServer(DripAsync);
        await using var healthy = HostileServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await bench.SendAsync(healthy.Url());
        var before = GC.GetTotalMemory(forceFullCollection: true);

        // Each name is a connection pool of its own, as each customer's host is.
        var slow = Enumerable.Range(0, 100).Select(i => bench.SendAsync(dripping.Url($"drip-{i}.example"))).ToArray();
        var durations = new List<TimeSpan>();
        while (!slow.All(attempt => attempt.IsCompleted) && durations.Count < 2000)
        {
            durations.Add((await bench.SendAsync(healthy.Url())).Duration);
        }

        var during = GC.GetTotalMemory(forceFullCollection: true);
        var dripped = await Task.WhenAll(slow);

        Assert.All(dripped, response => Assert.Equal(200, response.StatusCode));
        Assert.All(dripped, response => Assert.InRange(response.Duration, TimeSpan.FromSeconds(0.9), SendingBench.Patience));
        Assert.InRange(during - before, long.MinValue, 50 * 1024 * 1024);
        durations.Sort();

        // Who waits for a drip waits for a second. On a busy machine nothing shorter tells harm from noise.
        Assert.InRange(durations[durations.Count * 99 / 100], TimeSpan.Zero, TimeSpan.FromMilliseconds(900));
    }

    private static async Task DripAsync(HostileServer.Connection connection)
    {
        await connection.ReadRequestAsync();

        // Whole after twice the patience: where nothing cuts it the test fails then, and does not wait for ever.
        await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n");
        while (true)
        {
            await connection.WriteAsync("x");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, connection.Stop);
        }
    }
}
