using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.Cli.Listening;

/// <summary>One request that came, judged.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Path">What was asked for.</param>
/// <param name="Verification">Whether it is genuine.</param>
/// <param name="Body">The body as text.</param>
/// <param name="Answered">The status code that it was answered; null where it was not.</param>
internal sealed record Arrival(int Number, string Path, WebhookVerification Verification, string Body, int? Answered);

/// <summary>How the receiver behaves.</summary>
internal sealed record Behaviour
{
    /// <summary>The status codes that requests are answered, one after the other; the last one again and again.</summary>
    public IReadOnlyList<int> Answers { get; init; } = [StatusCodes.Status200OK];

    /// <summary>How long it thinks before it answers.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Never answers.</summary>
    public bool Hang { get; init; }

    /// <summary>Cuts the connection instead of answering.</summary>
    public bool Reset { get; init; }
}

/// <summary>A receiver on the loopback interface: it verifies the raw bytes, tells what came, and answers as it was told to.</summary>
internal sealed class Receiver(WebhookProfile profile, string secret, Behaviour behaviour, TimeProvider clock, Action<Arrival> tell)
{
    private const int MaxBody = 1024 * 1024;

    private readonly WebhookVerifier _verifier = new(profile, [secret], clock);
    private int _count;

    public async Task<WebApplication> StartAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = MaxBody);
        var app = builder.Build();
        app.Run(ReceiveAsync);
        await app.StartAsync(cancellationToken);
        return app;
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.ToArray();
        var number = Interlocked.Increment(ref _count);
        var verification = _verifier.Verify(bytes, name => context.Request.Headers[name]);
        var answer = verification.IsValid ? behaviour.Answers[Math.Min(number, behaviour.Answers.Count) - 1] : StatusCodes.Status401Unauthorized;
        var answers = !behaviour.Hang && !behaviour.Reset;
        tell(new Arrival(number, context.Request.Path, verification, Encoding.UTF8.GetString(bytes), answers ? answer : null));

        if (behaviour.Reset)
        {
            context.Abort();
            return;
        }

        await Task.Delay(behaviour.Hang ? Timeout.InfiniteTimeSpan : behaviour.Delay, clock, context.RequestAborted);
        context.Response.StatusCode = answer;
    }
}
