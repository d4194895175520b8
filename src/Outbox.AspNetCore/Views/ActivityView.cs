using Outbox.Inspection;

namespace Outbox.AspNetCore.Views;

/// <summary>What was done over a window of time.</summary>
internal sealed record ActivityView
{
    public required string Window { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset Until { get; init; }

    public required TotalsView Totals { get; init; }

    public required IReadOnlyList<SeriesPoint> Series { get; init; }
}

/// <summary>What was done in all.</summary>
internal sealed record TotalsView
{
    public required long Attempts { get; init; }

    public required long Delivered { get; init; }

    public required long Failed { get; init; }

    public required long Exhausted { get; init; }

    public required double? SuccessRate { get; init; }

    public required double AttemptsPerMinute { get; init; }

    public required PercentilesView? LatencyMs { get; init; }

    public static TotalsView Of(ActivityCounts counts, TimeSpan window) => new()
    {
        Attempts = counts.Attempts,
        Delivered = counts.Delivered,
        Failed = counts.Attempts - counts.Delivered,
        Exhausted = counts.Exhausted,
        SuccessRate = counts.Attempts == 0 ? null : Math.Round((double)counts.Delivered / counts.Attempts, 4),
        AttemptsPerMinute = Math.Round(counts.Attempts / window.TotalMinutes, 1),
        LatencyMs = PercentilesView.Of(counts.Latency),
    };

    public static double? Milliseconds(LatencyHistogram latency, double fraction) =>
        latency.Percentile(fraction) is { } time ? Math.Round(time.TotalMilliseconds) : null;
}

/// <summary>How long attempts took.</summary>
internal sealed record PercentilesView(double P50, double P90, double P95, double P99)
{
    public static PercentilesView? Of(LatencyHistogram latency) => TotalsView.Milliseconds(latency, 0.5) is { } p50
        ? new PercentilesView(
            p50, TotalsView.Milliseconds(latency, 0.9)!.Value, TotalsView.Milliseconds(latency, 0.95)!.Value, TotalsView.Milliseconds(latency, 0.99)!.Value)
        : null;
}

/// <summary>A point of a chart.</summary>
internal sealed record SeriesPoint
{
    public required DateTimeOffset Start { get; init; }

    public required long Attempts { get; init; }

    public required long Delivered { get; init; }

    public required long Failed { get; init; }

    public required long Exhausted { get; init; }

    public required double? P50Ms { get; init; }

    public required double? P95Ms { get; init; }

    public static SeriesPoint Of(DateTimeOffset start, ActivityCounts counts) => new()
    {
        Start = start,
        Attempts = counts.Attempts,
        Delivered = counts.Delivered,
        Failed = counts.Attempts - counts.Delivered,
        Exhausted = counts.Exhausted,
        P50Ms = TotalsView.Milliseconds(counts.Latency, 0.5),
        P95Ms = TotalsView.Milliseconds(counts.Latency, 0.95),
    };
}
