using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Outbox.EndToEnd.Tests;

/// <summary>What a customer's server received.</summary>
public sealed record Received(string Path, byte[] Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>A customer's server on a free loopback port. It answers 200 unless a test says otherwise for a path.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Received> _arrivals = Channel.CreateUnbounded<Received>();
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Received> _all = new();

    private Receiver(WebApplication app) => _app = app;

    public IReadOnlyCollection<Received> All => _all;

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Map("/{**path}", receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public string Url(string path) => $"{_app.Urls.Single()}{path}";

    public void Answer(string path, params int[] statuses)
    {
        var next = -1;
        Answer(path, context =>
        {
            context.Response.StatusCode = statuses[Math.Min(Interlocked.Increment(ref next), statuses.Length - 1)];
            return Task.CompletedTask;
        });
    }

    public void Answer(string path, Func<HttpContext, Task> answer) => _answers[path] = answer;

    /// <summary>The next request, in the order they came.</summary>
    public async Task<Received> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _arrivals.Reader.ReadAsync(patience.Token);
    }

    public async Task<IReadOnlyList<Received>> NextAsync(int count)
    {
        var received = new List<Received>(count);
        while (received.Count < count)
        {
            received.Add(await NextAsync());
        }

        return received;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var received = new Received(context.Request.Path, body.ToArray(), headers);
        _all.Enqueue(received);
        _arrivals.Writer.TryWrite(received);
        if (_answers.TryGetValue(context.Request.Path, out var answer))
        {
            await answer(context);
        }
    }
}
