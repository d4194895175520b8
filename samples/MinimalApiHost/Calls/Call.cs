using System.Globalization;

namespace MinimalApiHost.Calls;

/// <summary>A row of <c>calls</c>. Times are text as receivers read them: <c>2026-05-25T14:35:12.000Z</c>.</summary>
internal sealed record Call
{
    public const string InProgress = "in-progress";

    public required string Id { get; init; }

    public string? Tenant { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required string Direction { get; init; }

    public string? CampaignId { get; init; }

    public bool Record { get; init; }

    public string? Metadata { get; init; }

    public required string StartedAt { get; init; }

    public string Status { get; init; } = InProgress;

    public string? EndedReason { get; init; }

    public string? EndedAt { get; init; }

    public double? DurationSeconds { get; init; }

    /// <summary>What arrived later, by name.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init; } = [];

    public bool IsOver => EndedAt is not null;

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>What arrived after the call, such as its recording.</summary>
/// <param name="Name">What it is: <c>recording</c>.</param>
/// <param name="Patch">What is known of it: a JSON object.</param>
internal sealed record Artifact(string Name, string Patch);
