using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Outbox.Deliveries;

/// <summary>One event owed to one endpoint, and how that stands.</summary>
public record DeliveryInfo
{
    /// <summary>The delivery's id, <c>dlv_…</c>: the receiver's dedupe key, which never changes.</summary>
    public required string Id { get; init; }

    /// <summary>The event's id, <c>evt_…</c>.</summary>
    public required string EventId { get; init; }

    /// <summary>The event's type.</summary>
    public required string EventType { get; init; }

    /// <summary>The event's tenant, or null.</summary>
    public string? Tenant { get; init; }

    /// <summary>What the event is about, or null.</summary>
    public string? Subject { get; init; }

    /// <summary>The endpoint's id.</summary>
    public required string EndpointId { get; init; }

    /// <summary>The wire profile that it is sent by.</summary>
    public required string Profile { get; init; }

    /// <summary>Where it stands.</summary>
    public required DeliveryStatus Status { get; init; }

    /// <summary>When it is due next; null unless it is waiting.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Artifacts that it still waits for; empty where it is not held.</summary>
    public IReadOnlyList<string> HeldFor { get; init; } = [];

    /// <summary>How many attempts were made and counted.</summary>
    public required int Attempts { get; init; }

    /// <summary>The status code of the last attempt's answer; null where there was none.</summary>
    public int? LastStatusCode { get; init; }

    /// <summary>The error code of the last attempt, or why it is parked or cancelled; null where there was none.</summary>
    public string? LastError { get; init; }

    /// <summary>When the event happened.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>When it was enqueued.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When it was delivered, exhausted or cancelled; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; init; }
}

/// <summary>A delivery with its event's data and its attempts.</summary>
public sealed record DeliveryDetails : DeliveryInfo
{
    /// <summary>The delivery with what only its details have.</summary>
    [SetsRequiredMembers]
    public DeliveryDetails(DeliveryInfo delivery, ReadOnlyMemory<byte> data, IReadOnlyList<AttemptInfo> attemptLog)
        : base(delivery)
    {
        Data = data;
        AttemptLog = attemptLog;
    }

    /// <summary>The event's data as it is stored: canonical JSON.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Whether the transcript is sent, as it was when the event was enqueued.</summary>
    public bool ShipTranscript { get; init; } = true;

    /// <summary>The event's extra headers as a JSON object of strings, or null.</summary>
    public string? Headers { get; init; }

    /// <summary>The scopes that the event belongs to, in text form; empty where it was erased.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The event's ordering key, or null.</summary>
    public string? OrderingKey { get; init; }

    /// <summary>The event's idempotency key, or null.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>When the event's content was erased, or null.</summary>
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>Every artifact that the event waits or waited for, soonest deadline first.</summary>
    public IReadOnlyList<HoldInfo> Holds { get; init; } = [];

    /// <summary>The attempts in the order they were made.</summary>
    public IReadOnlyList<AttemptInfo> AttemptLog { get; init; }

    /// <summary>For logs: as <see cref="DeliveryInfo"/>, without the event's headers, which may hold a token of the receiver's.</summary>
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);
}

/// <summary>An artifact that an event waits or waited for.</summary>
/// <param name="Artifact">The artifact's name.</param>
/// <param name="Deadline">Until when the event waits for it.</param>
/// <param name="ReleasedAt">When it arrived, or null.</param>
public sealed record HoldInfo(string Artifact, DateTimeOffset Deadline, DateTimeOffset? ReleasedAt);

/// <summary>One HTTP request for a delivery, with what came back.</summary>
public sealed record AttemptInfo
{
    /// <summary>1 for the first.</summary>
    public required int Number { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took until the answer was read or given up.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The answer's status code; null where none came.</summary>
    public int? StatusCode { get; init; }

    /// <summary>A short stable code of what went wrong, such as <c>timeout</c> or <c>refused_address</c>; null where an answer came.</summary>
    public string? Error { get; init; }

    /// <summary>What went wrong in a sentence; null where there is nothing to say.</summary>
    public string? Detail { get; init; }

    /// <summary>The beginning of the answer's body as text; null where it had none.</summary>
    public string? Excerpt { get; init; }

    /// <summary>When the next try was set for; null after the last.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>For logs: without what the receiver wrote.</summary>
    public override string ToString() => $"{Number}: {StatusCode} {Error}";
}
