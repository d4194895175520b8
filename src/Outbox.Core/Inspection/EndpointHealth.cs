namespace Outbox.Inspection;

/// <summary>How an endpoint has been lately.</summary>
/// <param name="EndpointId">The endpoint's id.</param>
/// <param name="Counts">What was done in the time that was asked for.</param>
/// <param name="Recent">The last attempts, oldest first; at most <see cref="RecentAttempt.Kept"/>.</param>
public sealed record EndpointHealth(string EndpointId, ActivityCounts Counts, IReadOnlyList<RecentAttempt> Recent);
