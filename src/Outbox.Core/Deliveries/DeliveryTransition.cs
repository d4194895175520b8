namespace Outbox.Deliveries;

/// <summary>
/// How a delivery leaves <see cref="DeliveryStatus.Delivering"/>: a value, decided by policy and stored by the store as it is. A store adds
/// nothing of its own but its clock.
/// </summary>
public sealed record DeliveryTransition
{
    private DeliveryTransition(DeliveryStatus status)
    {
        Status = status;
    }

    /// <summary>The status that the delivery goes to.</summary>
    public DeliveryStatus Status { get; }

    /// <summary>How long after now (by the store's clock) it is due again; null unless it goes back to <see cref="DeliveryStatus.Waiting"/>.</summary>
    public TimeSpan? DueIn { get; private init; }

    /// <summary>Whether the attempt counts against the retry schedule and is recorded.</summary>
    public bool CountsAttempt { get; private init; } = true;

    /// <summary>Why, as a short stable code or in a few words; null where the attempt's own record says it.</summary>
    public string? Reason { get; private init; }

    /// <summary>Whether the endpoint is disabled with it, for the same reason.</summary>
    public bool DisablesEndpoint { get; private init; }

    /// <summary>The receiver accepted it.</summary>
    public static DeliveryTransition Delivered { get; } = new(DeliveryStatus.Delivered);

    /// <summary>The try failed and another follows after <paramref name="delay"/>.</summary>
    public static DeliveryTransition RetryAfter(TimeSpan delay) => new(DeliveryStatus.Waiting) { DueIn = delay };

    /// <summary>The try failed and was the last.</summary>
    public static DeliveryTransition Exhausted { get; } = new(DeliveryStatus.Exhausted);

    /// <summary>Nothing was learned from the receiver: shutdown, or a request that was never begun. It goes back uncounted.</summary>
    /// <param name="delay">How long to wait before it is claimed again.</param>
    /// <param name="reason">Why, for the people who look.</param>
    public static DeliveryTransition Interrupted(TimeSpan delay, string reason) =>
        new(DeliveryStatus.Waiting) { DueIn = delay, CountsAttempt = false, Reason = reason };

    /// <summary>The endpoint is gone: the delivery waits, without a due time, until the endpoint is enabled again.</summary>
    public static DeliveryTransition Parked(string reason) =>
        new(DeliveryStatus.Parked) { Reason = reason, DisablesEndpoint = true };
}
