using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox;
using Outbox.Deliveries;
using Outbox.Profiles;
using Outbox.Signing;
using Outbox.Storage;
using Outbox.Testing;

namespace MinimalApiHost.Tests.Documentation;

/// <summary>The code of README and docs/, compiled. <see cref="DocumentationTests"/> compares the two.</summary>
internal static class DocumentedCode
{
    public sealed record Call(string Id);

    public static async Task PutAnEndpointAsync(IWebhookOutbox outbox)
    {
        await outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = "+16473705600", Url = "https://hooks.example.com/calls", Profile = "standard" });
    }

    public static async Task HoldAsync(IWebhookOutbox outbox, Call call, DbTransaction tx, string recordingUrl)
    {
        await outbox.EnqueueAsync(
            new WebhookEvent("call.ended", call) { Subject = call.Id, Holds = WebhookProfile.Ttma.HoldsFor("call.ended") },
            tx);

        await outbox.ArtifactReadyAsync(new WebhookArtifact(call.Id, "recording", new { recordingAvailable = true, recordingUrl }), tx);
    }

    public static void Probe(WebApplicationBuilder builder, string connectionString)
    {
        builder.Services.AddWebhookOutbox().UseSqlite(connectionString).AddArtifactProbe<RecordingProbe>();
    }

    public static void SignWithKeyPairs(WebApplicationBuilder builder)
    {
        builder.Services.AddWebhookOutbox().UseSqlite("Data Source=calls.db").AddProfile(StandardWebhooksV1a.Profile);
    }

    public static async Task<string?> PutAnEndpointWithAKeyPairAsync(IWebhookOutbox outbox)
    {
        var registration = await outbox.Endpoints.PutAsync(
            new WebhookEndpoint { Scope = "+16473705600", Url = "https://hooks.example.com/calls", Profile = "standard-v1a" });
        var showToTheCustomer = registration.Endpoint.PublicKey; // whpk_…, no secret
        return showToTheCustomer;
    }

    public static async Task TellOperatorsAsync(WebApplicationBuilder builder, IWebhookOutbox outbox)
    {
        await outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.Notices, Url = "https://ops.example.com/outbox" });
        builder.Services.AddWebhookOutbox().AddNoticeHandler<PageTheOperator>(); // in the process, once, after the notice was stored
    }

    public static IReadOnlyList<WebhookProfile> OwnProfiles()
    {
        var acme = WebhookProfile.Ttma with
        {
            Name = "acme",
            Signature = WebhookProfile.Ttma.Signature with { Header = "X-Acme-Signature" },
            EventTypes = ["call.ended", "voicemail.left"],
            Retries = new RetrySchedule(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10)),
        };

        var plain = new WebhookProfile
        {
            Name = "plain",
            Envelope = new WebhookEnvelope(
                new EnvelopeField("id", EnvelopeValue.DeliveryId),
                new EnvelopeField("kind", EnvelopeValue.EventType),
                new EnvelopeField("payload", EnvelopeValue.Data)),
            Signature = new SignatureScheme { Header = "X-Plain-Signature", SignaturePrefix = "sha256=" },
            Secret = SecretRule.Required(32),
        };

        return [acme, plain];
    }

    public static async Task TestAHostAsync()
    {
        await using var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
            host.ConfigureTestServices(services => services.AddWebhookOutbox().UseTestbed()));
        var testbed = factory.Services.GetRequiredService<WebhookTestbed>();
        await testbed.DrainAsync();
    }

    public static void Receive(WebApplication app, string secret, ILogger logger)
    {
        var verifier = new WebhookVerifier(WebhookProfile.Ttma, secret);

        app.MapPost("/webhooks", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);

            var result = verifier.Verify(body.ToArray(), name => request.Headers[name]);

            if (!result.IsValid)
            {
                logger.LogWarning("Refused: {Reason}", result.Reason);
                return Results.Unauthorized();
            }

            // Deliveries come at least once: do the work only if result.DeliveryId is new to you.
            return Results.Ok();
        });
    }

    private sealed class PageTheOperator : IWebhookNoticeHandler
    {
        public Task HandleAsync(WebhookNotice notice, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class RecordingProbe : IArtifactProbe
    {
        public ValueTask<WebhookArtifact?> ProbeAsync(HeldArtifact held, CancellationToken cancellationToken) => ValueTask.FromResult<WebhookArtifact?>(null);
    }
}
