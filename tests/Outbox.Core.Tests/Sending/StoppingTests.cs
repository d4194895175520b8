using Outbox.Sending;
using Outbox.Testing;

namespace Outbox.Tests.Sending;

public sealed class StoppingTests : IDisposable
{
    private readonly SendingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_stop_before_the_status_is_known_interrupts_the_attempt()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await stop.CancelAsync();
            await connection.UntilClosedAsync();
        });

        var interrupted = await Assert.ThrowsAsync<OperationCanceledException>(() => _bench.SendAsync(server.Url(), stop: stop.Token));

        Assert.Equal(stop.Token, interrupted.CancellationToken);
    }

    [Fact]
    public async Task A_stop_before_the_start_sends_nothing()
    {
        await using var server = HostileServer.Answering("HTTP/1.1 200 OK\r\n\r\n");

        await Assert.ThrowsAsync<OperationCanceledException>(
            () => _bench.SendAsync(server.Url(), stop: new CancellationToken(canceled: true)));

        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task The_deadline_runs_on_the_injected_clock()
    {
        var clock = new TestClock();
        _bench.Clock = clock;
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            clock.Advance(TimeSpan.FromHours(1));
            await connection.UntilClosedAsync();
        });

        // By the system's clock it would come long after the test's patience.
        var response = await _bench.SendAsync(server.Url(), TimeSpan.FromHours(1)).WaitAsync(SendingBench.Patience);

        Assert.Equal(SendErrorCodes.Timeout, response.ErrorCode);
        Assert.Equal(TimeSpan.FromHours(1), response.Duration);
        Assert.Equal(0, clock.PendingTimers);
    }
}
