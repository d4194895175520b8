using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.Tests.Sending;
using Polly;
using Polly.CircuitBreaker;
using Xunit.Abstractions;

namespace Outbox.EndToEnd.Tests.Trust;

/// <summary>
/// A secret, a URL's path, a payload, a header and an answer that occur nowhere else, and thousands of deliveries that fail in every way that
/// there is, with everything listened to. Each may be found in its own column and nowhere else.
/// </summary>
[Collection(nameof(Alone))]
public sealed class CanaryTests : IAsyncLifetime
{
    private const int Events = 150;

    // An answer that is not HTTP is quoted by the framework in an exception that the outbox catches and does not repeat.
    private const string TheFrameworksOwn = "exception: System.Net.Http.HttpRequestException Received an invalid";

    private readonly ITestOutputHelper _output;
    private readonly Canary _secret = new("secret");
    private readonly Canary _path = new("path");
    private readonly Canary _payload = new("payload");
    private readonly Canary _header = new("header");
    private readonly Canary _answer = new("answer");
    private readonly string _key = Convert.ToBase64String(SHA256.HashData("a key of the configuration"u8));
    private readonly Sinks _sinks = Sinks.Open(typeof(HostsOwnException));
    private readonly List<string> _told = [];
    private HostileServer _server = null!;
    private HostileServer _plain = null!;

    public CanaryTests(ITestOutputHelper output) => _output = output;

    public Task InitializeAsync()
    {
        _server = Serve(ServeAsync);
        _plain = Serve(connection => connection.WriteAsync($"HTTP/1.1 400 {_answer}\r\nContent-Length: 0\r\n\r\n"));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _sinks.Dispose();
        await _server.DisposeAsync();
        await _plain.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_secret_is_found_in_its_own_column_and_nowhere_else(bool encrypted)
    {
        await using var registering = await Platform.StartAsync(configure: options => options.Dispatch = false, build: outbox => Build(outbox, encrypted));
        await RegisterAsync(registering);
        await EnqueueAsync(registering);
        await BreakAsync(registering);
        await registering.StopAsync();

        await using var platform = await Platform.StartAsync(
            onTheFileOf: registering,
            configure: options =>
            {
                options.Breaker.FailuresToBlock = null;
                options.Sending.BodyTimeout = TimeSpan.FromMilliseconds(200);
                options.Sending.RefusedNetworks.Add(System.Net.IPNetwork.Parse("127.0.0.2/32"));
            },
            build: outbox => Build(outbox, encrypted));
        await LockForAWhileAsync(platform);
        await platform.UntilAsync(async () => await OpenAsync(platform) == 0, seconds: 180);

        var columns = await ColumnsAsync(platform);
        await platform.StopAsync();
        var attempts = await CountAsync(platform, "SELECT count(*) FROM outbox_attempt");
        var errors = await ErrorsAsync(platform);
        var counts = _sinks.Counts;
        _output.WriteLine($"{await CountAsync(platform, "SELECT count(*) FROM outbox_delivery")} deliveries, {attempts} attempts, errors {string.Join(' ', errors)}; heard {string.Join(' ', counts)}");

        Assert.InRange(attempts, 2000, int.MaxValue);
        Assert.Superset(
            new HashSet<string>(["connect", "headers_too_large", "internal", "invalid_header", "pipeline", "protocol", "refused_address", "reset", "timeout", "tls", "unexpected"], StringComparer.Ordinal),
            errors);
        Assert.All(All, canary => Assert.DoesNotContain(
            _sinks.Find(canary), found => canary != _answer || !found.StartsWith(TheFrameworksOwn, StringComparison.Ordinal)));
        Assert.All(_told, told => Assert.All(All, canary => Assert.False(canary.IsIn(told), told)));
        Assert.Equal(["outbox_endpoint.url"], columns[_path]);
        Assert.Equal(["outbox_event.data"], columns[_payload]);
        Assert.Equal(["outbox_event.headers"], columns[_header]);
        Assert.Equal(["outbox_attempt.excerpt"], columns[_answer]);
        Assert.Equal(encrypted ? [] : ["outbox_endpoint.secrets"], columns[_secret]);
        AssertFiles(platform, encrypted);
        AssertThatTheSearchFinds(platform);
    }

    private static HostileServer Serve(Func<HostileServer.Connection, Task> serve) => new(serve);

    private IEnumerable<Canary> All => [_secret, _path, _payload, _header, _answer];

    private void Build(IWebhookOutboxBuilder outbox, bool encrypted)
    {
        _sinks.Log.RecordAll(outbox.Services);
        outbox.AddProfile(Platform.Quick with { Name = "impatient", Timeout = TimeSpan.FromMilliseconds(250) });
        outbox.HttpClient.AddHttpMessageHandler(() => new ThrowingHandler());
        outbox.ConfigureAttempt(pipeline => pipeline.AddFallback(new()
        {
            ShouldHandle = args => new(args.Outcome.Result?.RequestMessage?.RequestUri?.AbsolutePath.EndsWith("/pipeline", StringComparison.Ordinal) is true),
            FallbackAction = _ => throw new BrokenCircuitException(),
        }));
        if (encrypted)
        {
            outbox.ProtectSecrets(_key);
        }
    }

    private string Url(string kind, string host = "127.0.0.1") => _server.Url(host, $"/{_path}/{kind}?key={_path}").AbsoluteUri;

    private async Task RegisterAsync(Platform platform)
    {
        string[] kinds = ["ok", "500", "404", "410", "429", "302", "reset", "garbage", "big", "cut", "late", "flood", "thrown", "pipeline", "unreadable", "broken"];
        foreach (var kind in kinds)
        {
            await ListenAsync(platform, Url(kind));
        }

        await ListenAsync(platform, _plain.Url(path: $"/{_path}/tls?key={_path}", scheme: "https").AbsoluteUri);
        await ListenAsync(platform, Url("refused", host: "127.0.0.2"));
        await ListenAsync(platform, new UriBuilder(Url("closed")) { Port = 1 }.Uri.AbsoluteUri);
        await ListenAsync(platform, Url("hang"), "impatient", WebhookScope.Call("hang"));
        foreach (var (url, secret) in new[] { ($"https://user@host/{_path}", _secret.Value), (Url("x") + "#", _secret.Value), (Url("ok"), _secret.Value[..4]), (Url("ok"), " " + _secret.Value) })
        {
            var refusal = await Assert.ThrowsAsync<WebhookValidationException>(
                () => platform.Outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = url, Profile = "quick", Secret = secret }));
            _told.Add(refusal.ToString());
        }
    }

    private async Task ListenAsync(Platform platform, string url, string profile = "quick", WebhookScope? scope = null)
    {
        var registration = await platform.ListenAsync(url, profile, scope, _secret.Value);
        _told.Add(registration.ToString());
    }

    private async Task EnqueueAsync(Platform platform)
    {
        for (var i = 0; i < Events + 10; i++)
        {
            await platform.Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { i, said = _payload.Value })
            {
                Subject = i < Events ? $"call_{i}" : "hang",
                Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Authorization"] = $"Bearer {_header}" },
            });
        }
    }

    /// <summary>As only somebody with access to the database can.</summary>
    private static async Task BreakAsync(Platform platform)
    {
        await using var connection = await platform.ConnectAsync();
        await connection.ExecuteAsync("UPDATE outbox_endpoint SET secrets = CAST(X'01' || secrets AS BLOB) WHERE url LIKE '%/unreadable%'");
        await connection.ExecuteAsync("UPDATE outbox_endpoint SET url = replace(url, 'http://127.0.0.1', 'http://[') WHERE url LIKE '%/broken%'");
        await connection.ExecuteAsync("UPDATE outbox_event SET headers = replace(headers, 'Bearer ', 'Bearer \\r\\nX-Evil: ') WHERE subject = 'call_1'");
    }

    private static async Task LockForAWhileAsync(Platform platform)
    {
        await using var connection = await platform.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("UPDATE calls SET status = status", transaction: transaction);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
    }

    private static Task<int> OpenAsync(Platform platform) => CountAsync(
        platform, "SELECT count(*) FROM outbox_delivery WHERE status IN (0, 1) AND NOT (status = 0 AND ifnull(last_error, '') LIKE '%secret cannot be read%')");

    private static async Task<int> CountAsync(Platform platform, string sql)
    {
        await using var connection = await platform.ConnectAsync();
        return await connection.ExecuteScalarAsync<int>(sql);
    }

    private static async Task<HashSet<string>> ErrorsAsync(Platform platform)
    {
        await using var connection = await platform.ConnectAsync();
        return [.. await connection.QueryAsync<string>("SELECT DISTINCT error FROM outbox_attempt WHERE error IS NOT NULL ORDER BY error")];
    }

    private async Task<Dictionary<Canary, List<string>>> ColumnsAsync(Platform platform)
    {
        await using var connection = await platform.ConnectAsync();
        var columns = (await connection.QueryAsync<(string Table, string Column)>(
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'")).ToList();
        var found = new Dictionary<Canary, List<string>>();
        foreach (var canary in All)
        {
            found[canary] = [];
            foreach (var (table, column) in columns)
            {
                var rows = await connection.QueryAsync<byte[]>($"SELECT DISTINCT CAST({column} AS BLOB) FROM {table} WHERE {column} IS NOT NULL");
                if (rows.Any(bytes => canary.IsIn(bytes)))
                {
                    found[canary].Add($"{table}.{column}");
                }
            }
        }

        return found;
    }

    private void AssertFiles(Platform platform, bool encrypted)
    {
        var folder = Path.GetDirectoryName(platform.ConnectionString["Data Source=".Length..])!;
        var searched = 0L;
        foreach (var file in Directory.GetFiles(folder))
        {
            var bytes = ReadShared(file);
            searched += bytes.Length;
            Assert.True(!encrypted || !_secret.IsIn(bytes), file);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(_key)) < 0 && bytes.AsSpan().IndexOf(Convert.FromBase64String(_key)) < 0, file);
        }

        _output.WriteLine($"{searched} bytes of database files searched");
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A search that finds nothing anywhere might not be looking.</summary>
    private void AssertThatTheSearchFinds(Platform platform)
    {
        var canary = new Canary("control");
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"x{canary}"));
        platform.Services.GetRequiredService<ILoggerFactory>().CreateLogger("control").Log(LogLevel.Trace, default, encoded, null, (text, _) => text);
        using (var source = new ActivitySource("control"))
        {
            source.StartActivity("control")?.SetTag("tag", canary.Value).Dispose();
        }

        using (var meter = new Meter("control"))
        {
            meter.CreateCounter<int>("control").Add(1, new KeyValuePair<string, object?>("tag", canary.Value));
        }

        using (var listener = new DiagnosticListener("control"))
        {
            listener.Write("control", new { Text = canary.Value });
        }

        Assert.Throws<InvalidOperationException>((Action)(() => throw new InvalidOperationException("x", new InvalidOperationException(canary.Value))));

        Assert.Equal(
            ["diagnostic", "exception", "log", "metric", "span"],
            _sinks.Find(canary).Select(found => found[..found.IndexOf(':', StringComparison.Ordinal)]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    private async Task ServeAsync(HostileServer.Connection connection)
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            var kind = request.Line.Split(' ')[1].Split('?')[0].Split('/')[^1];
            switch (kind)
            {
                case "reset":
                    return;
                case "hang":
                    await connection.UntilClosedAsync();
                    return;
                case "garbage":
                    await connection.WriteAsync($"{_answer}\r\n\r\n");
                    return;
                case "big":
                    await connection.WriteAsync($"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Repeat($"X-Big: {_answer}\r\n", 500))}\r\n");
                    return;
                case "flood":
                    await connection.WriteAsync(string.Concat(Enumerable.Repeat($"HTTP/1.1 103 {_answer}\r\nLink: {_answer}\r\n\r\n", 500)));
                    return;
                case "cut":
                    await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{_answer}");
                    return;
                case "late":
                    await connection.WriteAsync($"HTTP/1.1 500 {_answer}\r\nContent-Length: 1000\r\n\r\n");
                    return;
                default:
                    var status = int.TryParse(kind, out var code) ? code : 200;
                    await connection.WriteAsync(
                        $"HTTP/1.1 {status} {_answer}\r\nLocation: {Url("elsewhere")}\r\nRetry-After: 0\r\nX-Answer: {_answer}\r\nContent-Length: {_answer.Value.Length}\r\n\r\n{_answer}");
                    break;
            }
        }
    }

    private sealed class HostsOwnException(string message) : Exception(message);

    /// <summary>A handler of the host's own that says too much.</summary>
    private sealed class ThrowingHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.RequestUri!.AbsolutePath.EndsWith("/thrown", StringComparison.Ordinal)
                ? throw new HostsOwnException($"cannot reach {request.RequestUri} with {request.Headers.Authorization}")
                : base.SendAsync(request, cancellationToken);
    }
}
