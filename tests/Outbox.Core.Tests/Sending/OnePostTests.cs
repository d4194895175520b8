using System.Net;
using Outbox.Sending;
using Polly;
using Polly.Hedging;
using Polly.Retry;
using Polly.Timeout;

namespace Outbox.Tests.Sending;

public sealed class OnePostTests : IDisposable
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);
    private readonly SendingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_kept_alive_connection_that_closes_after_the_request_is_not_sent_to_again()
    {
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Answer);
            await connection.ReadRequestAsync();
        });

        Assert.Equal(200, (await _bench.SendAsync(server.Url())).StatusCode);
        var second = await _bench.SendAsync(server.Url());

        Assert.Equal(SendErrorCodes.Reset, second.ErrorCode);
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public async Task Connections_that_close_at_any_moment_never_see_a_request_twice(int largeHeaders)
    {
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Answer);
        });

        for (var i = 0; i < 200; i++)
        {
            var id = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var large = Enumerable.Range(0, largeHeaders).Select(n => KeyValuePair.Create($"X-Large-{n}", new string('x', 4096)));
            await _bench.SendAsync(SendingBench.Post(server.Url(), null, [KeyValuePair.Create("X-Attempt", id), .. large]));
        }

        Assert.All(server.Requests.CountBy(request => request["X-Attempt"]!, StringComparer.Ordinal), seen => Assert.Equal(1, seen.Value));
    }

    [Fact]
    public async Task A_retry_strategy_fails_loudly_and_sends_once()
    {
        await using var server = HostileServer.Answering("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
        _bench.Pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                Delay = TimeSpan.FromMilliseconds(1),
                MaxRetryAttempts = 5,
                ShouldHandle = args => new(
                    args.Outcome is { Exception: not null } or { Result.StatusCode: HttpStatusCode.InternalServerError }),
            })
            .Build();

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(SendErrorCodes.Pipeline, response.ErrorCode);
        Assert.Contains("remove the retry or hedging strategy", response.Detail, StringComparison.Ordinal);
        Assert.InRange(response.Duration, TimeSpan.Zero, Soon);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_hedging_strategy_fails_loudly_and_sends_once()
    {
        await using var server = new HostileServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.UntilClosedAsync();
        });
        _bench.Pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddHedging(new HedgingStrategyOptions<HttpResponseMessage> { Delay = TimeSpan.FromMilliseconds(50) })
            .Build();

        var response = await _bench.SendAsync(server.Url());

        Assert.Equal(SendErrorCodes.Pipeline, response.ErrorCode);
        Assert.InRange(response.Duration, TimeSpan.Zero, Soon);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_handler_that_sends_again_is_stopped_at_the_body()
    {
        await using var server = HostileServer.Answering("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
        using var client = new HttpMessageInvoker(new Twice { InnerHandler = _bench.Handler });
        var sender = new WebhookSender(client, _bench.Pipeline, _bench.Options, _bench.Clock);

        var response = await sender.SendAsync(SendingBench.Post(server.Url()), CancellationToken.None);

        Assert.Equal(SendErrorCodes.Pipeline, response.ErrorCode);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_pipeline_that_sends_once_is_fine()
    {
        await using var server = HostileServer.Answering(Answer);
        _bench.Pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>().AddTimeout(TimeSpan.FromSeconds(10)).Build();

        Assert.Equal(200, (await _bench.SendAsync(server.Url())).StatusCode);
        Assert.Equal(200, (await _bench.SendAsync(server.Url())).StatusCode);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_timeout_of_the_pipeline_is_a_timeout()
    {
        await using var server = new HostileServer(connection => connection.UntilClosedAsync());
        _bench.Pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromMilliseconds(100) }).Build();

        Assert.Equal(SendErrorCodes.Timeout, (await _bench.SendAsync(server.Url())).ErrorCode);
    }

    [Fact]
    public async Task A_pipeline_that_rejects_is_named()
    {
        _bench.Pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddFallback(new()
            {
                ShouldHandle = _ => new(true),
                FallbackAction = _ => throw new Polly.CircuitBreaker.BrokenCircuitException(),
            })
            .Build();

        var response = await _bench.SendAsync(new Uri("http://127.0.0.1:1/"));

        Assert.Equal(SendErrorCodes.Pipeline, response.ErrorCode);
        Assert.Contains("BrokenCircuitException", response.Detail, StringComparison.Ordinal);
    }

    private sealed class Twice : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var first = await base.SendAsync(request, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
