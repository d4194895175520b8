using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MinimalApiHost.Tests;

/// <summary>A request that reached a customer's server.</summary>
internal sealed record Received(string Path, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>A customer's server on a free loopback port. It answers 200 unless a test says otherwise for a path.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
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

    public IReadOnlyList<Received> At(string path) => [.. _all.Where(request => request.Path == path)];

    public void Answer(string path, int status) => Answer(path, context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });

    public void Answer(string path, Func<HttpContext, Task> answer) => _answers[path] = answer;

    /// <summary>The requests at a path, once there are as many.</summary>
    public Task<IReadOnlyList<Received>> ArrivedAsync(string path, int count = 1) =>
        Eventually.HasAsync(() => Task.FromResult(At(path)), requests => requests.Count >= count);

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
        _all.Enqueue(new Received(context.Request.Path, body.ToArray(), headers));
        if (_answers.TryGetValue(context.Request.Path, out var answer))
        {
            await answer(context);
        }
    }
}
