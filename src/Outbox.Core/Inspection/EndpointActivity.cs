namespace Outbox.Inspection;

/// <summary>What one process did for one endpoint in one minute since it last said so: what a store adds to what it has.</summary>
public sealed record EndpointActivity
{
    /// <summary>The endpoint's id.</summary>
    public required string EndpointId { get; init; }

    /// <summary>The minute's beginning.</summary>
    public required DateTimeOffset Minute { get; init; }

    /// <summary>What was done in it.</summary>
    public required ActivityCounts Counts { get; init; }

    /// <summary>The last of the attempts; at most <see cref="RecentAttempt.Kept"/>.</summary>
    public required IReadOnlyList<RecentAttempt> Recent { get; init; }

    /// <summary>The hour's beginning.</summary>
    public DateTimeOffset Hour => Minute - TimeSpan.FromMinutes(Minute.Minute);
}

/// <summary>Attempts that were settled, counted.</summary>
public sealed record ActivityCounts
{
    /// <summary>Nothing.</summary>
    public static ActivityCounts None { get; } = new();

    /// <summary>Attempts that were settled.</summary>
    public long Attempts { get; init; }

    /// <summary>Those of them that were accepted.</summary>
    public long Delivered { get; init; }

    /// <summary>Those of them after which the delivery was exhausted.</summary>
    public long Exhausted { get; init; }

    /// <summary>How long the attempts took.</summary>
    public LatencyHistogram Latency { get; init; } = LatencyHistogram.Empty;

    /// <summary>Both together.</summary>
    public ActivityCounts Plus(ActivityCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ActivityCounts
        {
            Attempts = Attempts + other.Attempts,
            Delivered = Delivered + other.Delivered,
            Exhausted = Exhausted + other.Exhausted,
            Latency = Latency.Plus(other.Latency),
        };
    }
}

/// <summary>What was done in a minute or an hour, by all endpoints or by some.</summary>
/// <param name="Start">The beginning.</param>
/// <param name="Counts">What was done.</param>
public sealed record ActivityPoint(DateTimeOffset Start, ActivityCounts Counts);

/// <summary>The grain of stored activity.</summary>
public enum ActivityGrain
{
    /// <summary>By the minute.</summary>
    Minute = 0,

    /// <summary>By the hour.</summary>
    Hour = 1,
}

/// <summary>Which activity to read.</summary>
public sealed record ActivityFilter
{
    /// <summary>By the minute or by the hour.</summary>
    public required ActivityGrain Grain { get; init; }

    /// <summary>Only what began at this time or later.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Only what began before this time.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Only this endpoint's, by id; null: all.</summary>
    public string? EndpointId { get; init; }

    /// <summary>Only that of this tenant's endpoints; null: all.</summary>
    public string? EndpointTenant { get; init; }
}
