using Outbox.Deliveries;

namespace Outbox.Storage;

/// <summary>What became of a lease.</summary>
/// <param name="Delivery">The delivery as it was claimed.</param>
/// <param name="Transition">Where it goes.</param>
/// <param name="Attempt">The attempt to record beside it; null where none was made or counted.</param>
public sealed record Settlement(ClaimedDelivery Delivery, DeliveryTransition Transition, AttemptRecord? Attempt);

/// <summary>An attempt on its way into the store, which numbers it and adds the time of the next.</summary>
public sealed record AttemptRecord
{
    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The answer's status code, or null.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The error code, or null.</summary>
    public string? Error { get; init; }

    /// <summary>What went wrong in a sentence, or null.</summary>
    public string? Detail { get; init; }

    /// <summary>The beginning of the answer's body, or null.</summary>
    public string? Excerpt { get; init; }
}
