namespace Outbox;

/// <summary>
/// What the outbox tells operators. Each notice is an event of its own, stored in the transaction of its cause and sent to the endpoints of
/// <see cref="WebhookScope.Notices"/>; an <see cref="IWebhookNoticeHandler"/> hears of it in the process. Of a notice's own delivery there is no notice.
/// </summary>
public sealed record WebhookNotice
{
    /// <summary>
    /// <c>endpoint.disabled</c>: nothing more is sent to an endpoint, because it is gone (410), has failed for days, or by request. Its data has
    /// <c>endpointId</c>, <c>tenant</c>, <c>reason</c> and <c>failuresInARow</c>.
    /// </summary>
    public const string EndpointDisabled = "endpoint.disabled";

    /// <summary><c>endpoint.recovered</c>: an endpoint that was blocked because it failed has accepted a delivery. Its data has <c>endpointId</c>, <c>tenant</c> and <c>failuresInARow</c>.</summary>
    public const string EndpointRecovered = "endpoint.recovered";

    /// <summary>
    /// <c>delivery.exhausted</c>: every try of a delivery failed; it can be replayed. Its data has <c>endpointId</c>, <c>tenant</c>, <c>deliveryId</c>,
    /// <c>eventId</c>, <c>eventType</c>, <c>tries</c>, and <c>statusCode</c> or <c>error</c> of the last.
    /// </summary>
    public const string DeliveryExhausted = "delivery.exhausted";

    /// <summary>The notice's own event id, <c>evt_…</c>.</summary>
    public required string EventId { get; init; }

    /// <summary>What happened: one of the types above.</summary>
    public required string Type { get; init; }

    /// <summary>The endpoint that it is about.</summary>
    public required string EndpointId { get; init; }

    /// <summary>The tenant of that endpoint or delivery, or null.</summary>
    public string? Tenant { get; init; }

    /// <summary>The delivery that it is about, or null.</summary>
    public string? DeliveryId { get; init; }

    /// <summary>Why the endpoint was disabled, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>The event's data, as endpoints receive it: canonical JSON.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }
}
