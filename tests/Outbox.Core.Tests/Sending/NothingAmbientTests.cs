using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.Sending;
using Polly;

namespace Outbox.Tests.Sending;

public sealed class NothingAmbientTests
{
    private const string Answer = "HTTP/1.1 200 OK\r\nSet-Cookie: id=1\r\nContent-Length: 0\r\n\r\n";
    private const string Expected = "Content-Length Content-Type Host User-Agent X-Mine";

    [Fact]
    public async Task A_request_carries_exactly_what_it_was_given()
    {
        await using var server = HostileServer.Answering(Answer);
        using var bench = new SendingBench();
        using var activity = new Activity("ambient").SetBaggage("secret", "1").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.TraceStateString = "vendor=1";

        await bench.SendAsync(SendingBench.Post(server.Url(), null, KeyValuePair.Create("X-Mine", "yes")));
        await bench.SendAsync(SendingBench.Post(server.Url(), null, KeyValuePair.Create("X-Mine", "yes")));

        Assert.All(server.Requests, request =>
        {
            Assert.Equal("POST /hook HTTP/1.1", request.Line);
            Assert.Equal(Expected, string.Join(' ', request.Headers.Select(header => header.Key).Order(StringComparer.Ordinal)));
            Assert.Equal("application/json", request["Content-Type"]);
            Assert.Equal(bench.Options.UserAgent, request["User-Agent"]);
            Assert.Equal("{\"hello\":\"world\"}"u8.ToArray(), request.Body);
        });
    }

    [Fact]
    public async Task A_traceparent_is_sent_where_it_was_asked_for_and_only_that_of_the_outboxs_own_span()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Outbox" or "somebody else",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var own = new ActivitySource("Outbox");
        using var foreign = new ActivitySource("somebody else");
        await using var server = HostileServer.Answering(Answer);
        using var asked = new SendingBench();
        using var unasked = new SendingBench();
        asked.Options.SendTraceParent = true;

        string sent;
        using (var span = own.StartActivity("deliver")!.SetBaggage("secret", "1"))
        {
            span.TraceStateString = "vendor=1";
            sent = span.Id!;
            await asked.SendAsync(server.Url());
            await unasked.SendAsync(server.Url());
        }

        using (foreign.StartActivity("request"))
        {
            await asked.SendAsync(server.Url());
        }

        await asked.SendAsync(server.Url());
        Assert.Equal([sent, null, null, null], server.Requests.Select(request => request["traceparent"]));
        Assert.All(server.Requests, request => Assert.True(request["tracestate"] is null && request["baggage"] is null));
    }

    [Fact]
    public async Task No_trace_of_the_framework_holds_the_url()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = stopped => seen.Enqueue(stopped.DisplayName + string.Join(' ', stopped.TagObjects)),
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = HostileServer.Answering(Answer);
        using var bench = new SendingBench();

        await bench.SendAsync(server.Url(path: "/secret-path?secret-query"));

        Assert.DoesNotContain(seen, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_compressed_body_stays_compressed()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(Encoding.ASCII.GetBytes(new string('x', 1_000_000)));
        }

        var head = $"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n";
        byte[] answer = [.. Encoding.ASCII.GetBytes(head), .. packed.ToArray()];
        await using var server = HostileServer.AnsweringOnce(answer);
        using var bench = new SendingBench();

        var response = await bench.SendAsync(server.Url());

        Assert.Equal(200, response.StatusCode);
        Assert.DoesNotContain("xxx", response.Excerpt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_from_the_environment_is_not_asked()
    {
        await using var proxy = HostileServer.Answering(Answer);
        await using var server = HostileServer.Answering(Answer);
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy(proxy.Url());
        try
        {
            using var bench = new SendingBench();

            Assert.Equal(200, (await bench.SendAsync(server.Url())).StatusCode);
            Assert.Equal(SendErrorCodes.RefusedAddress, (await bench.SendAsync(new Uri("https://10.0.0.1/"))).ErrorCode);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }

        Assert.Equal(0, proxy.Connections);
    }

    [Fact]
    public async Task Header_values_that_could_split_a_request_are_never_written()
    {
        await using var server = HostileServer.Answering(Answer);
        using var bench = new SendingBench();

        string[] values = ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "ä", "\u560a\u560d", "\x7f"];
        foreach (var header in values.Select(value => KeyValuePair.Create("X-Mine", value)).Append(KeyValuePair.Create("X: y", "z")))
        {
            var response = await bench.SendAsync(SendingBench.Post(server.Url(), null, header));
            Assert.Equal(SendErrorCodes.InvalidHeader, response.ErrorCode);
        }

        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task The_registered_client_takes_over_nothing_that_the_host_gave_to_all_its_clients()
    {
        await using var server = HostileServer.Answering(Answer);
        var log = new RecordingLogger();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new WebhookSendingOptions { AllowLocalReceivers = true });
        WebhookHttpClient.Add(services);
        services.ConfigureHttpClientDefaults(client => client
            .AddHttpMessageHandler(() => new Forbidden())
            .ConfigurePrimaryHttpMessageHandler(() => new Forbidden()));
        await using var provider = services.BuildServiceProvider();

        var response = await SendAsync(provider, server.Url(path: "/secret-path"));

        Assert.Equal((200, null), (response.StatusCode, response.Detail));
        Assert.DoesNotContain(log.Lines, line => line.Contains("secret-path", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_host_may_add_handlers_around_the_guarded_one()
    {
        await using var server = HostileServer.Answering(Answer);
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new WebhookSendingOptions { AllowLocalReceivers = true });
        WebhookHttpClient.Add(services).AddHttpMessageHandler(() => new Forbidden());
        await using var provider = services.BuildServiceProvider();

        var response = await SendAsync(provider, server.Url());

        Assert.Equal(SendErrorCodes.Unexpected, response.ErrorCode);
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("8.8.8.8")]
    public async Task The_registered_client_guards_addresses_those_of_this_machine_too(string address)
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new WebhookSendingOptions());
        services.AddSingleton(new OwnAddresses(TimeProvider.System, () => [IPAddress.Parse("8.8.8.8")]));
        services.AddSingleton<ResolveName>((_, _) => new([IPAddress.Parse(address)]));
        services.AddSingleton<ConnectSocket>((_, _) => throw new InvalidOperationException("not to be called"));
        WebhookHttpClient.Add(services);
        await using var provider = services.BuildServiceProvider();

        var response = await SendAsync(provider, new Uri("https://receiver.example/"));

        Assert.Equal(SendErrorCodes.RefusedAddress, response.ErrorCode);
    }

    private static async Task<WebhookResponse> SendAsync(IServiceProvider services, Uri url)
    {
        var sender = new WebhookSender(
            services.GetRequiredService<IHttpMessageHandlerFactory>(),
            ResiliencePipeline<HttpResponseMessage>.Empty,
            services.GetRequiredService<WebhookSendingOptions>(),
            services.GetRequiredService<TimeProvider>());
        return await sender.SendAsync(SendingBench.Post(url), CancellationToken.None);
    }

    private sealed class Forbidden : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => throw new NotSupportedException("This handler is not to be called.");
    }

    private sealed class RecordingLogger : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Lines.Enqueue(state.ToString() ?? "");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
