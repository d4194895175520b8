using System.Diagnostics.CodeAnalysis;

namespace Outbox.AspNetCore.Views;

/// <summary>A delivery with its event, what goes on the wire, and its attempts.</summary>
internal sealed record DeliveryDetailsView : DeliveryView
{
    [SetsRequiredMembers]
    public DeliveryDetailsView(DeliveryView delivery)
        : base(delivery)
    {
        Event = null!;
        Holds = [];
        Timeline = [];
        AttemptLog = [];
    }

    public required bool PayloadMasked { get; init; }

    public required EventView Event { get; init; }

    public required IReadOnlyList<HoldView> Holds { get; init; }

    public required RequestView? Request { get; init; }

    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }

    public required IReadOnlyList<AttemptView> AttemptLog { get; init; }

    public required bool CanReplay { get; init; }

    public required bool CanCancel { get; init; }
}

/// <summary>What happened.</summary>
internal sealed record EventView
{
    public required string Id { get; init; }

    public required string Type { get; init; }

    public required string? Tenant { get; init; }

    public required string? Subject { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required string? OrderingKey { get; init; }

    public required string? IdempotencyKey { get; init; }

    public required DateTimeOffset? ErasedAt { get; init; }

    public required string? Data { get; init; }
}

/// <summary>An artifact that the event waits or waited for.</summary>
internal sealed record HoldView(string Artifact, DateTimeOffset Deadline, DateTimeOffset? ReleasedAt);

/// <summary>A step in a delivery's life.</summary>
internal sealed record TimelineEntry(DateTimeOffset At, string Kind, string? Text, int? Attempt = null);

/// <summary>One request with what came back.</summary>
internal sealed record AttemptView
{
    public required int Number { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required long DurationMs { get; init; }

    public required bool Ok { get; init; }

    public required int? StatusCode { get; init; }

    public required string? Error { get; init; }

    public required string? Detail { get; init; }

    public required string? Excerpt { get; init; }

    public required DateTimeOffset? NextAttemptAt { get; init; }
}
