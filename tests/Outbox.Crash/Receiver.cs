using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Outbox.Crash;

/// <summary>A request that arrived.</summary>
/// <param name="Delivery">What receivers know it by: the event's id, at one endpoint.</param>
/// <param name="Call">The call that it tells of.</param>
/// <param name="Key">The call's ordering key.</param>
/// <param name="Number">The call's number within its key.</param>
/// <param name="Hash">A hash of the body.</param>
/// <param name="Refused">Whether it was answered 503, so that another was due.</param>
internal sealed record Arrival((string Event, string Url) Delivery, string Call, string Key, int Number, string Hash, bool Refused);

/// <summary>
/// A customer's server in the process that lives on. Its path <c>/flaky</c> answers 503 to the first request of every eighth delivery or so.
/// </summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Arrival> _arrivals = new();
    private readonly ConcurrentDictionary<(string, string), bool> _seen = new();
    private volatile Trap? _trap;

    private Receiver(WebApplication app) => _app = app;

    public IReadOnlyCollection<Arrival> Arrivals => _arrivals;

    public IReadOnlyList<string> Endpoints => [Url("/steady"), Url("/flaky")];

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.MapPost("/{**path}", receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Holds requests of a host from now on: the given number of them springs the trap, and none is answered until it is released.</summary>
    public Trap SetTrap(string host, int requests)
    {
        var trap = new Trap(host, requests);
        _trap = trap;
        return trap;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    private string Url(string path) => $"{_app.Urls.Single()}{path}";

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.ToArray();
        using var json = JsonDocument.Parse(bytes);
        var data = json.RootElement.GetProperty("data");
        var delivery = (context.Request.Headers["webhook-id"].ToString(), Url(context.Request.Path));
        var hash = SHA256.HashData(bytes);
        var refused = context.Request.Path == "/flaky" && _seen.TryAdd(delivery, true) && hash[0] % 8 == 0;
        _arrivals.Enqueue(new Arrival(
            delivery, data.GetProperty("id").GetString()!, data.GetProperty("key").GetString()!, data.GetProperty("n").GetInt32(), Convert.ToHexString(hash), refused));

        context.Response.StatusCode = refused ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        if (_trap is { } trap && trap.Host == context.Request.Headers.UserAgent)
        {
            await trap.EnterAsync().WaitAsync(context.RequestAborted);
        }
    }

    internal sealed class Trap(string host, int requests)
    {
        private readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _requests;

        public string Host => host;

        public Task SprungAsync() => _sprung.Task;

        public void Release() => _released.TrySetResult();

        public Task EnterAsync()
        {
            if (Interlocked.Increment(ref _requests) == requests)
            {
                _sprung.TrySetResult();
            }

            return _released.Task;
        }
    }
}
