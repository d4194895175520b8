using System.Text.Json;

namespace Outbox.AspNetCore;

/// <summary>A request that was verified: it is the sender's, unchanged and fresh.</summary>
public sealed class ReceivedWebhook
{
    internal ReceivedWebhook()
    {
    }

    /// <summary>
    /// What to recognise a repeat by; deliveries come at least once. See <see cref="Signing.WebhookVerification.DeliveryId"/>; null where the profile
    /// sends none.
    /// </summary>
    public required string? DeliveryId { get; init; }

    /// <summary>The event's type where the profile's envelope has it, else null.</summary>
    public required string? EventType { get; init; }

    /// <summary>When the request says it was sent; null where the profile signs no time.</summary>
    public required DateTimeOffset? SentAt { get; init; }

    /// <summary>The event's data: the envelope's field, or the whole body where there is no envelope.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>The body, byte for byte as it came.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The request's services: the handler's own context, <c>received.Services.GetRequiredService&lt;CallsDb&gt;()</c>.</summary>
    public required IServiceProvider Services { get; init; }
}
