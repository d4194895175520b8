using Outbox.Storage;

namespace Outbox.Profiles;

/// <summary>What one delivery says, apart from how its profile puts it on the wire. The same in every attempt.</summary>
internal readonly record struct DeliveryContent
{
    public required string EventId { get; init; }

    public required string DeliveryId { get; init; }

    public required string EventType { get; init; }

    public string? Tenant { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>A canonical JSON object.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Whether the endpoint receives transcripts; otherwise the data goes out without its property <c>transcript</c>.</summary>
    public required bool ShipTranscript { get; init; }

    /// <summary>An event that is sent by hand, without ever being stored.</summary>
    /// <param name="admitted">The event.</param>
    /// <param name="deliveryId">What the receiver is told as the delivery's id.</param>
    /// <param name="shipTranscript">Whether the receiver gets transcripts.</param>
    /// <param name="now">When it happened, unless the event says so itself.</param>
    public static DeliveryContent Of(NewEvent admitted, string deliveryId, bool shipTranscript, DateTimeOffset now) => new()
    {
        EventId = admitted.Id,
        DeliveryId = deliveryId,
        EventType = admitted.Type,
        Tenant = admitted.Tenant,
        OccurredAt = admitted.OccurredAt ?? now,
        Data = admitted.Data,
        ShipTranscript = shipTranscript,
    };
}
