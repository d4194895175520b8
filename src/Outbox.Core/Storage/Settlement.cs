using Outbox.Deliveries;

namespace Outbox.Storage;

/// <summary>What became of a lease.</summary>
/// <param name="Delivery">The delivery as it was claimed.</param>
/// <param name="Transition">Where it goes.</param>
/// <param name="Attempt">The attempt to record beside it; null where none was made or counted.</param>
public sealed record Settlement(ClaimedDelivery Delivery, DeliveryTransition Transition, AttemptRecord? Attempt)
{
    /// <summary>What the attempt says about the endpoint.</summary>
    public EndpointEffect Effect { get; init; } = EndpointEffect.None;

    /// <summary>
    /// Makes the notice of something that this settlement caused; null: none is wanted. It may be called more than once, and in a transaction:
    /// it only computes.
    /// </summary>
    public Func<Settlement, NoticeCause, NewEvent>? Notice { get; init; }
}

/// <summary>What the operator is told of: a change that a settlement made, in whose transaction its notice is stored.</summary>
public enum NoticeCause
{
    /// <summary>The settlement was stored and the delivery is exhausted.</summary>
    DeliveryExhausted = 0,

    /// <summary>The endpoint was enabled and is disabled now.</summary>
    EndpointDisabled = 1,

    /// <summary>The endpoint was blocked and is not any more, because it accepted a delivery.</summary>
    EndpointRecovered = 2,
}

/// <summary>What a batch of settlements came to.</summary>
/// <param name="Stored">For each settlement, in order: true where it was stored, false where its lease was no longer valid and nothing changed.</param>
/// <param name="Notices">The notices that were stored in the same transaction.</param>
public sealed record SettleResult(IReadOnlyList<bool> Stored, IReadOnlyList<NewEvent> Notices)
{
    /// <summary>What a batch without settlements comes to.</summary>
    public static SettleResult Nothing { get; } = new([], []);
}

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

    /// <summary>For logs: without what the receiver wrote.</summary>
    public override string ToString() => $"{StatusCode} {Error}";
}
