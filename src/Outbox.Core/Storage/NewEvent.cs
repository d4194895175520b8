namespace Outbox.Storage;

/// <summary>A validated event on its way into the store.</summary>
public sealed record NewEvent
{
    /// <summary>The event's id, <c>evt_…</c>. <see cref="DeliveryIds"/> makes its deliveries' ids from it.</summary>
    public required string Id { get; init; }

    /// <summary>The event's type.</summary>
    public required string Type { get; init; }

    /// <summary>The event's tenant, or null.</summary>
    public string? Tenant { get; init; }

    /// <summary>What the event is about, or null.</summary>
    public string? Subject { get; init; }

    /// <summary>Every scope that the event belongs to, in text form and without repeats, the implied ones included.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>
    /// Owed to the endpoint of this id alone, whatever its scope and event types, where it is not deleted and its tenant allows; null: to every
    /// endpoint that matches.
    /// </summary>
    public string? OnlyEndpointId { get; init; }

    /// <summary>The ordering key, or null.</summary>
    public string? OrderingKey { get; init; }

    /// <summary>The idempotency key, unique within the tenant, or null.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>When it happened; null: the time of the enqueue by the store's clock.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>The data: canonical JSON, to be kept byte for byte.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The event's extra headers as a JSON object of strings, to be kept as it is; null where it has none.</summary>
    public string? Headers { get; init; }

    /// <summary>The trace that it was enqueued in, as W3C Trace Context's <c>traceparent</c> of at most 55 characters, to be kept as it is; null where there was none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The artifacts that it waits for; its deliveries are due at the last deadline.</summary>
    public IReadOnlyList<WebhookHold> Holds { get; init; } = [];

    /// <summary>For logs: without the data and the headers.</summary>
    public override string ToString() => $"{Id} ({Type})";
}

/// <summary>How the ids of an event's deliveries are made: from the event and the endpoint, so that one statement can insert them all.</summary>
public static class DeliveryIds
{
    /// <summary>The id of the delivery of an event to the endpoint that has this number in the store.</summary>
    /// <param name="eventId">The event's id, <c>evt_…</c>.</param>
    /// <param name="endpointKey">The store's own number for the endpoint.</param>
    /// <returns><c>dlv_</c>, the event id's own part, and the number in at least four lower-case hex digits.</returns>
    public static string For(string eventId, long endpointKey)
    {
        ArgumentNullException.ThrowIfNull(eventId);
        return $"{Prefix(eventId)}{endpointKey:x4}";
    }

    /// <summary>What the ids of all deliveries of an event begin with, for stores that add the number in their own language.</summary>
    public static string Prefix(string eventId)
    {
        ArgumentNullException.ThrowIfNull(eventId);
        return $"dlv_{eventId.AsSpan(eventId.IndexOf('_', StringComparison.Ordinal) + 1)}";
    }
}

/// <summary>An artifact's arrival on its way into the store.</summary>
public sealed record HoldRelease
{
    /// <summary>The subject of the events that wait.</summary>
    public required string Subject { get; init; }

    /// <summary>Only this tenant's events; null: any.</summary>
    public string? Tenant { get; init; }

    /// <summary>The artifact's name.</summary>
    public required string Artifact { get; init; }

    /// <summary>
    /// Gives the patched data for the data as it is. Throws <see cref="WebhookValidationException"/> where the result is over the limit. It may
    /// be called more than once, and under a lock or in a transaction: it only computes.
    /// </summary>
    public required Func<ReadOnlyMemory<byte>, byte[]> Patch { get; init; }
}
