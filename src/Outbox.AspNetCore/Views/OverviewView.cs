using Outbox.Inspection;

namespace Outbox.AspNetCore.Views;

/// <summary>The figures of the first page.</summary>
internal sealed record OverviewView
{
    public required string Window { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset Until { get; init; }

    public required BacklogView Backlog { get; init; }

    public required TotalsView Totals { get; init; }

    public required IReadOnlyList<SeriesPoint> Series { get; init; }

    public required EndpointCounts Endpoints { get; init; }

    public required IReadOnlyList<FailingView> Failing { get; init; }
}

/// <summary>What is owed now.</summary>
internal sealed record BacklogView
{
    public required CountView Ready { get; init; }

    public required CountView Scheduled { get; init; }

    public required CountView Delivering { get; init; }

    public required CountView Parked { get; init; }

    public required CountView Exhausted { get; init; }

    public required DateTimeOffset? OldestDueAt { get; init; }

    public static BacklogView Of(OpenWork work) => new()
    {
        Ready = CountView.Of(work.Ready),
        Scheduled = CountView.Of(work.Scheduled),
        Delivering = CountView.Of(work.Delivering),
        Parked = CountView.Of(work.Parked),
        Exhausted = CountView.Of(work.Exhausted),
        OldestDueAt = work.OldestDueAt,
    };
}

/// <summary>How many endpoints there are.</summary>
internal sealed record EndpointCounts(int Total, int Enabled, int Disabled, int Draining, int Failing);

/// <summary>An endpoint that is failing now.</summary>
internal sealed record FailingView(
    string Id, string Url, bool UrlMasked, string? Tenant, string Profile, bool Enabled, string? DisabledReason, HealthView Health);
