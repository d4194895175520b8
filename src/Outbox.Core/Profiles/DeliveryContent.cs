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
}
