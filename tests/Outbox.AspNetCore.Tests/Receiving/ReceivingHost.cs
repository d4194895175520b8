using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Profiles;

namespace Outbox.AspNetCore.Tests.Receiving;

/// <summary>A host on a loopback port that receives webhooks of the profile ttma, and an outbox that sends some.</summary>
internal sealed class ReceivingHost : IAsyncDisposable
{
    public const string OldSecret = "the-old-secret-of-at-least-32-characters";
    public const int MaxBodyBytes = 100_000;

    private const string Secret = "a-signing-secret-of-at-least-32-characters";

    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private ReceivingHost(WebApplication app)
    {
        _app = app;
        app.MapWebhookReceiver(
            "/hooks",
            WebhookProfile.Ttma,
            Secret,
            (received, _) =>
            {
                Handled.Enqueue(received);
                return Fails ? throw new InvalidOperationException("The receiver's own trouble.") : Task.CompletedTask;
            },
            options =>
            {
                options.MaxBodyBytes = MaxBodyBytes;
                options.OtherSecrets.Add(OldSecret);
            });
        _client = new HttpClient();
    }

    public ConcurrentQueue<ReceivedWebhook> Handled { get; } = new();

    public bool Fails { get; set; }

    public static async Task<ReceivingHost> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddWebhookOutbox(options => options.Sending.AllowLocalReceivers = true).UseInMemory();
        var host = new ReceivingHost(builder.Build());
        await host._app.StartAsync();
        return host;
    }

    public static void Map(WebhookProfile profile, string secret)
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        app.MapWebhookReceiver("/hooks", profile, secret, (_, _) => Task.CompletedTask);
    }

    /// <summary>Has the outbox deliver an event here; gives the delivery's id.</summary>
    public async Task<string> DeliverAsync(WebhookEvent webhookEvent)
    {
        var outbox = _app.Services.GetRequiredService<IWebhookOutbox>();
        await outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = Url, Profile = "ttma", Secret = Secret });
        var enqueued = await outbox.EnqueueInOwnTransactionAsync(webhookEvent);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (Handled.IsEmpty)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }

        return enqueued.DeliveryIds.Single();
    }

    /// <summary>A request as a sender signs it.</summary>
    public (string Body, Dictionary<string, string> Headers) Signed(string body, TimeSpan age = default, string secret = Secret)
    {
        var timestamp = (TimeProvider.System.GetUtcNow() - age).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}.{body}")));
        return (body, new(StringComparer.Ordinal) { ["X-TTMA-Signature"] = $"t={timestamp},v1={signature}" });
    }

    public async Task<HttpStatusCode> PostAsync(string body, Dictionary<string, string> headers, bool tellLength = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = !tellLength;
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    public async Task<HttpStatusCode> GetAsync()
    {
        using var response = await _client.GetAsync(new Uri(Url));
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private string Url => $"{_app.Urls.Single()}/hooks";
}
