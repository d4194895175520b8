using Outbox.Inspection;

namespace Outbox.AspNetCore.Views;

/// <summary>How an endpoint has been in the last 24 hours.</summary>
internal sealed record HealthView
{
    public required string State { get; init; }

    public required long Attempts { get; init; }

    public required long Delivered { get; init; }

    public required long Failed { get; init; }

    public required double? SuccessRate { get; init; }

    public required double? P50Ms { get; init; }

    public required double? P95Ms { get; init; }

    public required DateTimeOffset? LastSuccessAt { get; init; }

    public required DateTimeOffset? LastFailureAt { get; init; }

    public required string? LastError { get; init; }

    public required int FailuresInARow { get; init; }

    public required IReadOnlyList<AttemptMark> Strip { get; init; }

    public static HealthView Of(EndpointInfo endpoint, EndpointHealth? health)
    {
        var counts = health?.Counts ?? ActivityCounts.None;
        var strip = health?.Recent ?? [];
        var lastFailure = strip.LastOrDefault(attempt => !attempt.Delivered);
        return new HealthView
        {
            State = StateOf(endpoint, strip),
            Attempts = counts.Attempts,
            Delivered = counts.Delivered,
            Failed = counts.Attempts - counts.Delivered,
            SuccessRate = counts.Attempts == 0 ? null : Math.Round((double)counts.Delivered / counts.Attempts, 4),
            P50Ms = TotalsView.Milliseconds(counts.Latency, 0.5),
            P95Ms = TotalsView.Milliseconds(counts.Latency, 0.95),
            LastSuccessAt = strip.LastOrDefault(attempt => attempt.Delivered)?.At,
            LastFailureAt = lastFailure?.At,
            LastError = lastFailure is null ? null : lastFailure.Error ?? $"http_{lastFailure.StatusCode}",
            FailuresInARow = strip.Reverse().TakeWhile(attempt => !attempt.Delivered).Count(),
            Strip = [.. strip.Select(attempt => new AttemptMark(attempt.At, attempt.Delivered, attempt.StatusCode, attempt.Error, (long)attempt.Duration.TotalMilliseconds))],
        };
    }

    private static string StateOf(EndpointInfo endpoint, IReadOnlyList<RecentAttempt> strip) =>
        !endpoint.Enabled ? "disabled"
        : endpoint.Draining ? "draining"
        : endpoint.FailuresInARow > 0 || strip is [.., { Delivered: false }] ? "failing"
        : strip.Count == 0 ? "idle"
        : "healthy";
}

/// <summary>One of the last attempts.</summary>
internal sealed record AttemptMark(DateTimeOffset At, bool Ok, int? StatusCode, string? Error, long DurationMs);
