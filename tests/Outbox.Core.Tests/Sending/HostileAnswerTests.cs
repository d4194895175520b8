using System.Net.Sockets;
using System.Text;
using Outbox.Sending;

namespace Outbox.Tests.Sending;

/// <summary>Answers that are made to be misread: what follows the answer, what asks for more than one request, what never ends.</summary>
public sealed class HostileAnswerTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private readonly SendingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 100\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    public async Task An_answer_in_advance_is_not_taken_for_that_of_the_next_attempt(string answer)
    {
        await using var server = new HostileServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                await connection.WriteAsync(request["X-Attempt"] is "1"
                    ? answer + "HTTP/1.1 200 OK\r\nX-Forged: yes\r\nContent-Length: 6\r\n\r\nforged"
                    : "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nreal");
            }
        });

        await _bench.SendAsync(SendingBench.Post(server.Url(), null, KeyValuePair.Create("X-Attempt", "1")));
        var second = await _bench.SendAsync(SendingBench.Post(server.Url(), null, KeyValuePair.Create("X-Attempt", "2")));

        Assert.Equal((500, "real"), (second.StatusCode, second.Excerpt));
        Assert.Equal(["1", "2"], server.Requests.Select(request => request["X-Attempt"]));
    }

    [Theory]
    [InlineData("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"")]
    [InlineData("401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM")]
    [InlineData("401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"y\", qop=\"auth\"")]
    [InlineData("407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM")]
    [InlineData("408 Request Timeout\r\nConnection: close")]
    [InlineData("417 Expectation Failed\r\nExpect: 100-continue")]
    [InlineData("421 Misdirected Request\r\nAlt-Svc: h3=\":443\"; ma=86400")]
    [InlineData("425 Too Early")]
    [InlineData("426 Upgrade Required\r\nConnection: Upgrade\r\nUpgrade: h2c")]
    [InlineData("503 Busy\r\nRetry-After: 0")]
    public async Task What_asks_for_a_second_request_gets_none_and_no_credentials(string head)
    {
        await using var server = HostileServer.Answering($"HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n");

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(int.Parse(head[..3], System.Globalization.CultureInfo.InvariantCulture), response.StatusCode);
        Assert.Null(Assert.Single(server.Requests)["Authorization"]);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50000000\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Trailer: \u0001\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-7\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: \u0000\u00ff;;;=\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nRetry-After: \u00ff\r\nRetry-After: 1\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 \u00ff\u0001\u001b[2J\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nhello")]
    [InlineData("HTTP/1.9 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    public async Task However_odd_its_headers_an_answer_is_its_status_or_a_protocol_failure_and_soon_over(string answer)
    {
        await using var server = HostileServer.AnsweringOnce(answer);

        var response = await _bench.SendAsync(server.Url());

        Assert.True(response is { StatusCode: 200, ErrorCode: null } or { StatusCode: null, ErrorCode: SendErrorCodes.Protocol }, response.ToString());
        Assert.InRange(response.Duration, TimeSpan.Zero, Soon);
        Assert.True(response.Excerpt is null || !response.Excerpt.Any(char.IsControl), response.Excerpt);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", "x")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-Trailer: x\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "00000000")]
    [InlineData("HTTP/1.1 200 ", "x")]
    [InlineData("", "\r\n")]
    [InlineData("", "x")]
    public async Task What_has_no_end_costs_neither_time_nor_memory(string head, string again)
    {
        var sent = 0L;
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(head);
            var flood = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(again, 8192 / again.Length)));
            while (true)
            {
                await connection.WriteAsync(flood);
                Interlocked.Add(ref sent, flood.Length);
            }
        });

        var response = await _bench.SendAsync(server.Url());

        Assert.True(response is { StatusCode: 200, ErrorCode: null } or { StatusCode: null, ErrorCode: SendErrorCodes.Protocol or SendErrorCodes.HeadersTooLarge }, response.ToString());
        Assert.InRange(response.Duration, TimeSpan.Zero, Soon);
        Assert.InRange(Encoding.UTF8.GetByteCount(response.Excerpt ?? ""), 0, 16 * 1024);
        Assert.InRange(Interlocked.Read(ref sent), 0, 16 * 1024 * 1024);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegins", 200, null)]
    [InlineData("HTTP/1.1 200 O", null, SendErrorCodes.Reset)]
    [InlineData("", null, SendErrorCodes.Reset)]
    public async Task A_connection_that_is_torn_off_is_judged_by_whether_the_status_was_there(string answer, int? status, string? error)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        _bench.Options.BodyTimeout = TimeSpan.FromSeconds(20);
        var sending = _bench.SendAsync(new Uri($"http://{listener.LocalEndpoint}/"));
        using (var client = await listener.AcceptSocketAsync())
        {
            await client.ReceiveAsync(new byte[8192], SocketFlags.None);
            await client.SendAsync(Encoding.ASCII.GetBytes(answer), SocketFlags.None);

            // What was sent is with the other side before the reset throws it away.
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            client.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        var response = await sending;

        Assert.Equal((status, error), (response.StatusCode, response.ErrorCode));
    }
}
