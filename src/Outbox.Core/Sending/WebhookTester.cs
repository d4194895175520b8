using System.Globalization;
using System.Security.Cryptography;
using Outbox.Deliveries;
using Outbox.Endpoints;
using Outbox.Events;
using Outbox.Profiles;
using Outbox.Storage;

namespace Outbox.Sending;

/// <summary>Composes requests for people to look at, and sends one by hand.</summary>
internal sealed class WebhookTester(
    IEndpointStore endpoints,
    StoreGate gate,
    EventAdmission admission,
    ProfileCatalogue profiles,
    SecretVault secrets,
    WebhookSender sender,
    WebhookSendingOptions options,
    TimeProvider clock) : IWebhookTester
{
    public WebhookWireRequest? Describe(DeliveryDetails delivery, string url)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        if (delivery.ErasedAt is not null || profiles.Find(delivery.Profile) is not { } profile)
        {
            return null;
        }

        var scheme = profile.Signature;
        var headers = new List<WebhookWireHeader>(
            RequestComposer.HostHeaders(delivery.Headers, profile).Select(header => new WebhookWireHeader(header.Key, header.Value, WebhookHeaderSource.Event)));
        Add(profile.DeliveryIdHeader, delivery.Id);
        Add(scheme.IdHeader, delivery.EventId);
        Add(scheme.TimestampHeader, null);
        Add(scheme.Header, null);
        var content = new DeliveryContent
        {
            EventId = delivery.EventId,
            DeliveryId = delivery.Id,
            EventType = delivery.EventType,
            Tenant = delivery.Tenant,
            OccurredAt = delivery.OccurredAt,
            Data = delivery.Data,
            ShipTranscript = delivery.ShipTranscript,
        };
        using var body = RequestComposer.Body(content, profile);
        return Show(profile, url, delivery.EventId, headers, body);

        void Add(string? name, string? value)
        {
            if (name is not null)
            {
                headers.Add(new WebhookWireHeader(name, value, WebhookHeaderSource.Profile));
            }
        }
    }

    public async Task<WebhookWireRequest?> PreviewAsync(string endpointId, WebhookEvent webhookEvent, CancellationToken cancellationToken = default)
    {
        using var prepared = await PrepareAsync(endpointId, webhookEvent, cancellationToken);
        return prepared?.Shown;
    }

    public async Task<WebhookTrial?> SendAsync(string endpointId, WebhookEvent webhookEvent, CancellationToken cancellationToken = default)
    {
        using var prepared = await PrepareAsync(endpointId, webhookEvent, cancellationToken);
        if (prepared is null)
        {
            return null;
        }

        var response = await sender.SendAsync(prepared.Request with { WantsAnswerHeaders = true }, cancellationToken);
        return new WebhookTrial
        {
            Request = prepared.Shown,
            Delivered = response.StatusCode is { } status && profiles.Get(prepared.Shown.Profile).Success.Contains(status),
            StatusCode = response.StatusCode,
            Error = response.ErrorCode,
            Detail = response.Detail,
            Headers = response.Headers,
            Excerpt = response.Excerpt,
            ExcerptIsCut = response.ExcerptIsCut,
            Duration = response.Duration,
        };
    }

    private async Task<Prepared?> PrepareAsync(string endpointId, WebhookEvent webhookEvent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpointId);
        await gate.OpenAsync(cancellationToken);
        if (await endpoints.GetAsync(endpointId, cancellationToken) is not { } endpoint)
        {
            return null;
        }

        var admitted = admission.Admit(webhookEvent with { Tenant = webhookEvent.Tenant ?? endpoint.Tenant });
        var profile = profiles.Get(endpoint.Profile);
        var now = clock.GetUtcNow();
        var signing = SecretsOf(endpoint, profile, now);
        var content = DeliveryContent.Of(admitted, DeliveryIds.For(admitted.Id, 0), endpoint.ShipTranscript, now);
        var request = RequestComposer.Compose(content, admitted.Headers, endpoint.Url, profile, signing, now) with { EndpointId = endpoint.Id };
        var ofEvent = RequestComposer.HostHeaders(admitted.Headers, profile).Count();
        var headers = request.Headers.Select((header, i) => new WebhookWireHeader(
            header.Key, header.Value, i < ofEvent ? WebhookHeaderSource.Event : WebhookHeaderSource.Profile));
        var shown = Show(profile, endpoint.Url, admitted.Id, headers, request.Body) with
        {
            Timestamp = signing.Count == 0 ? null : now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            SecretHint = signing.Count == 0 ? null : SecretVault.Hint(signing[0], profile.Signature),
        };
        return new Prepared(request, shown);
    }

    private IReadOnlyList<string> SecretsOf(StoredEndpoint endpoint, WebhookProfile profile, DateTimeOffset now)
    {
        try
        {
            var signing = secrets.Signing(new ClaimedEndpoint { Id = endpoint.Id, Url = endpoint.Url, Tenant = endpoint.Tenant, Secrets = endpoint.Secrets }, now);
            return signing.Count > 0 || profile.Secret.Requirement == SecretRequirement.Optional
                ? signing
                : throw new WebhookValidationException("secret", $"The endpoint has no secret and the profile '{profile.Name}' never sends unsigned. Rotate its secret.");
        }
        catch (CryptographicException e)
        {
            throw new WebhookValidationException("secret", $"The endpoint's secret cannot be read: {e.Message}");
        }
    }

    private WebhookWireRequest Show(
        WebhookProfile profile, string url, string eventId, IEnumerable<WebhookWireHeader> headers, RequestBody body)
    {
        WebhookWireHeader[] ofSender =
        [
            new("Content-Type", DeliveryComposer.ContentType, WebhookHeaderSource.Sender),
            new("User-Agent", options.UserAgent, WebhookHeaderSource.Sender),
        ];
        return new WebhookWireRequest { Profile = profile.Name, Url = url, EventId = eventId, Headers = [.. ofSender, .. headers], Body = body.Written.ToArray() };
    }

    private sealed record Prepared(WebhookRequest Request, WebhookWireRequest Shown) : IDisposable
    {
        public void Dispose() => Request.Body.Dispose();
    }
}
