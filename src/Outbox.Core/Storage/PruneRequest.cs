namespace Outbox.Storage;

/// <summary>What may be deleted.</summary>
public sealed record PruneRequest
{
    /// <summary>
    /// Delivered and cancelled deliveries are kept this long after they were closed, events without deliveries after they were enqueued, and
    /// endpoints without deliveries after they expired.
    /// </summary>
    public required TimeSpan KeepDelivered { get; init; }

    /// <summary>Exhausted deliveries are kept this long after they were closed.</summary>
    public required TimeSpan KeepExhausted { get; init; }

    /// <summary>Activity by the minute is kept this long. Default: 2 days.</summary>
    public TimeSpan KeepMinutes { get; init; } = TimeSpan.FromDays(2);

    /// <summary>Activity by the hour is kept this long. Default: 30 days.</summary>
    public TimeSpan KeepHours { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How many deliveries at most in one batch.</summary>
    public required int BatchSize { get; init; }
}
