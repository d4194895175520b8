namespace Outbox.Activity;

/// <summary>How an endpoint has been lately.</summary>
public sealed record EndpointHealth
{
    /// <summary>The endpoint's id.</summary>
    public required string EndpointId { get; init; }

    /// <summary>Attempts in the time that was asked for.</summary>
    public required long Attempts { get; init; }

    /// <summary>Those of them that were accepted.</summary>
    public required long Delivered { get; init; }

    /// <summary>How long they took.</summary>
    public required LatencyHistogram Latency { get; init; }

    /// <summary>The last attempts, oldest first; at most <see cref="RecentAttempt.Kept"/>.</summary>
    public required IReadOnlyList<RecentAttempt> Recent { get; init; }
}
