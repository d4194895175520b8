using System.Text;
using Outbox.Sending;

namespace Outbox.Tests.Sending;

public sealed class AnswerTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(250);
    private readonly SendingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task An_answer_brings_status_excerpt_and_retry_after()
    {
        await using var server = HostileServer.Answering("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nlater");

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(503, response.StatusCode);
        Assert.Equal("later", response.Excerpt);
        Assert.Equal(TimeSpan.FromSeconds(7), response.RetryAfter);
        Assert.Null(response.ErrorCode);
        Assert.True(response.Duration > TimeSpan.Zero);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204)]
    [InlineData("HTTP/1.1 202\r\nContent-Length: 2\r\n\r\nok", 202)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200)]
    [InlineData("HTTP/1.1 410 Gone\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngone\r\n0\r\n\r\n", 410)]
    public async Task A_kept_alive_connection_serves_the_next_attempt(string answer, int status)
    {
        await using var server = HostileServer.Answering(answer);

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(status, (await _bench.SendAsync(server.Url())).StatusCode);
        }

        Assert.Equal(1, server.Connections);
        Assert.Equal(5, server.Requests.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut", "cut")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFF\r\nhalf", "half")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n", null)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n", null)]
    public async Task The_status_line_decides_although_the_body_is_cut(string answer, string? excerpt)
    {
        await using var server = HostileServer.AnsweringOnce(answer);

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(200, response.StatusCode);
        Assert.Equal(excerpt, response.Excerpt);
    }

    [Fact]
    public async Task The_status_line_decides_although_the_body_is_late()
    {
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegins");
            await connection.UntilClosedAsync();
        });

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(200, response.StatusCode);
        Assert.Equal("begins", response.Excerpt);
        Assert.InRange(response.Duration, TimeSpan.FromMilliseconds(200), SendingBench.Patience);
    }

    [Fact]
    public async Task A_stop_while_the_body_is_read_keeps_the_status()
    {
        using var stop = new CancellationTokenSource();
        _bench.Options.BodyTimeout = TimeSpan.FromSeconds(20);
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
            _ = StopSoonAsync(stop);
            await connection.UntilClosedAsync();
        });

        var response = await _bench.SendAsync(server.Url(), stop: stop.Token);

        Assert.Equal(200, response.StatusCode);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("ICY 200 OK\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 -20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 999 High\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: nameless\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    public async Task An_answer_that_is_no_answer_is_a_protocol_failure(string answer)
    {
        await using var server = HostileServer.AnsweringOnce(answer);

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(SendErrorCodes.Protocol, response.ErrorCode);
        Assert.Null(response.StatusCode);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    public async Task A_connection_that_closes_before_the_headers_end_is_a_reset(string answer)
    {
        await using var server = HostileServer.AnsweringOnce(answer);

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(SendErrorCodes.Reset, response.ErrorCode);
    }

    [Fact]
    public async Task Silence_ends_at_the_timeout()
    {
        await using var server = new HostileServer(connection => connection.UntilClosedAsync());

        var response = await _bench.SendAsync(server.Url(), Short);

        Assert.Equal(SendErrorCodes.Timeout, response.ErrorCode);
        Assert.InRange(response.Duration, TimeSpan.FromMilliseconds(200), SendingBench.Patience);
    }

    [Fact]
    public async Task A_flood_of_interim_answers_is_a_failure()
    {
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            var flood = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1000)));
            while (true)
            {
                await connection.WriteAsync(flood);
            }
        });

        var response = await _bench.SendAsync(server.Url(), Short);

        Assert.Null(response.StatusCode);
        Assert.True(response.ErrorCode is SendErrorCodes.Timeout or SendErrorCodes.HeadersTooLarge, response.ErrorCode);
        Assert.InRange(response.Duration, TimeSpan.Zero, SendingBench.Patience);
    }

    [Fact]
    public async Task Interim_answers_of_more_than_16_KiB_are_a_failure_long_before_the_timeout()
    {
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            var flood = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 1000)));
            while (true)
            {
                await connection.WriteAsync(flood);
            }
        });

        var response = await _bench.SendAsync(server.Url(), TimeSpan.FromMinutes(5));

        Assert.Equal(SendErrorCodes.HeadersTooLarge, response.ErrorCode);
    }

    [Fact]
    public async Task Interim_answers_that_drip_end_at_the_timeout()
    {
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            while (true)
            {
                await connection.WriteAsync("HTTP/1.1 102 Processing\r\n\r\n");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, connection.Stop);
            }
        });

        Assert.Equal(SendErrorCodes.Timeout, (await _bench.SendAsync(server.Url(), Short)).ErrorCode);
    }

    [Fact]
    public async Task Headers_over_16_KiB_are_a_failure()
    {
        await using var server = HostileServer.AnsweringOnce($"HTTP/1.1 200 OK\r\nX-Big: {new string('x', 17 * 1024)}\r\n\r\n");

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(SendErrorCodes.HeadersTooLarge, response.ErrorCode);
    }

    [Fact]
    public async Task Headers_without_end_are_a_failure_long_before_the_timeout()
    {
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n");
            while (true)
            {
                await connection.WriteAsync("X-More: again and again\r\n");
            }
        });

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(SendErrorCodes.HeadersTooLarge, response.ErrorCode);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = HostileServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var server = HostileServer.AnsweringOnce(
            $"HTTP/1.1 {status} Away\r\nLocation: {elsewhere.Url()}\r\nContent-Length: 0\r\n\r\n");

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(0, elsewhere.Connections);
    }

    [Fact]
    public async Task Controls_and_what_reorders_text_are_stripped_from_an_answer()
    {
        const string Body = "\u001b[31mred\u001b[0m\r\n2026-01-01 FATAL forged\0\b\u202e\u200b\u0085\u007f end";
        var bytes = Encoding.UTF8.GetBytes(Body);
        await using var server = HostileServer.AnsweringOnce([.. Encoding.ASCII.GetBytes($"HTTP/1.1 500 \u001b[2J\r\nContent-Length: {bytes.Length}\r\n\r\n"), .. bytes]);

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal((500, "[31mred[0m  2026-01-01 FATAL forged end"), (response.StatusCode, response.Excerpt));
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_dropped_with_its_connection()
    {
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n");
            var chunk = Encoding.ASCII.GetBytes(new string('x', 8192));
            while (true)
            {
                await connection.WriteAsync(chunk);
            }
        });

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(200, response.StatusCode);
        Assert.Equal(new string('x', 16 * 1024), response.Excerpt);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_not_drained_to_save_its_connection()
    {
        await using var server = HostileServer.Answering($"HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n{new string('x', 40000)}");

        await _bench.SendAsync(server.Url());
        await _bench.SendAsync(server.Url());

        Assert.Equal(2, server.Connections);
    }

    private static async Task StopSoonAsync(CancellationTokenSource stop)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        await stop.CancelAsync();
    }
}
