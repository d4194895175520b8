using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

/// <summary>What a database would hold, and the one lock that stands for its transactions. Whoever touches a row holds the lock.</summary>
internal sealed class Tables(TimeProvider clock)
{
    private long _lastKey;

    public Lock Lock { get; } = new();

    public List<EndpointRow> Endpoints { get; } = [];

    public List<EventRow> Events { get; } = [];

    public List<DeliveryRow> Deliveries { get; } = [];

    public DateTimeOffset Now => clock.GetUtcNow();

    public long NextKey() => ++_lastKey;
}

internal sealed class EndpointRow
{
    public required long Key { get; init; }

    public required StoredEndpoint Value { get; set; }

    public bool Deleted { get; set; }

    /// <summary>When the next portion of parked deliveries may go; null: it is not draining.</summary>
    public DateTimeOffset? DrainAt { get; set; }

    /// <summary>The delivery that a half-open endpoint is tried with; null: none is on the wire.</summary>
    public long? Probe { get; set; }

    /// <summary>With a limit per second: when the next portion may be claimed.</summary>
    public DateTimeOffset PacedUntil { get; set; }

    public bool Disabled => Value.DisabledAt is not null;

    public bool TakesWork => !Deleted && !Disabled;

    /// <summary>Nothing that is due waits here because the endpoint fails, or asked for a pace.</summary>
    public bool TakesAll => TakesWork && Value is { BlockedUntil: null, MaxPerSecond: null };

    /// <summary>How many may be claimed now as far as a block and the pace allow.</summary>
    public int Portion(DateTimeOffset now) =>
        OpensIn(now) > TimeSpan.Zero ? 0
        : Value.BlockedUntil is not null ? 1
        : Value.MaxPerSecond is { } perSecond ? Math.Max(1, perSecond / 10)
        : int.MaxValue;

    /// <summary>How long it is blocked or paced.</summary>
    public TimeSpan OpensIn(DateTimeOffset now)
    {
        var opensAt = Value.BlockedUntil > PacedFrom(now) ? Value.BlockedUntil.Value : PacedFrom(now);
        return opensAt > now ? opensAt - now : TimeSpan.Zero;
    }

    /// <summary>One of its deliveries is claimed.</summary>
    public void Take(DeliveryRow delivery, TimeSpan lease, DateTimeOffset now)
    {
        if (Value.BlockedUntil is not null)
        {
            Value = Value with { BlockedUntil = now + lease };
            Probe = delivery.Key;
        }

        if (Value.MaxPerSecond is { } perSecond)
        {
            PacedUntil = PacedFrom(now) + TimeSpan.FromSeconds(1) / perSecond;
        }
    }

    // No portion is worth more than a second: the clock was set back since.
    private DateTimeOffset PacedFrom(DateTimeOffset now) => PacedUntil > now && PacedUntil <= now + TimeSpan.FromSeconds(1) ? PacedUntil : now;
}

internal sealed class EventRow
{
    public required NewEvent Value { get; set; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    public required List<HoldRow> Holds { get; init; }

    public DateTimeOffset? ErasedAt { get; set; }

    public bool Erased => ErasedAt is not null;

    /// <summary>Set by the first claim of any of its deliveries: from then on every attempt sends these bytes.</summary>
    public bool Frozen { get; set; }

    public IEnumerable<HoldRow> OpenHolds => Frozen ? [] : Holds.Where(hold => !hold.Released);
}

internal sealed class HoldRow(string artifact, DateTimeOffset deadline)
{
    public string Artifact { get; } = artifact;

    public DateTimeOffset Deadline { get; } = deadline;

    public DateTimeOffset? ReleasedAt { get; set; }

    public bool Released => ReleasedAt is not null;
}

internal sealed class DeliveryRow
{
    public required long Key { get; init; }

    public required string Id { get; init; }

    public required EventRow Event { get; init; }

    public required EndpointRow Endpoint { get; init; }

    public required string Profile { get; init; }

    public required bool ShipTranscript { get; init; }

    public required string? OrderingKey { get; set; }

    public required DeliveryStatus Status { get; set; }

    public required DateTimeOffset DueAt { get; set; }

    /// <summary>Due whatever the clock says: work that never had to wait is not lost when the clock jumps back.</summary>
    public required bool DueAtOnce { get; set; }

    public string? LeaseOwner { get; set; }

    public long LeaseToken { get; set; }

    public DateTimeOffset LeaseUntil { get; set; }

    public int FailedTries { get; set; }

    public List<AttemptInfo> Attempts { get; } = [];

    public int? LastStatusCode { get; set; }

    public string? LastError { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public bool IsOpen => Status is DeliveryStatus.Waiting or DeliveryStatus.Delivering or DeliveryStatus.Parked;

    public (long Endpoint, string Key)? Order => OrderingKey is null ? null : (Endpoint.Key, OrderingKey);

    public bool IsDue(DateTimeOffset now) => DueAtOnce || DueAt <= now;

    public void WaitUntil(DateTimeOffset due, bool atOnce)
    {
        Status = DeliveryStatus.Waiting;
        LeaseOwner = null;
        DueAt = due;
        DueAtOnce = atOnce;
    }

    public void Park(DateTimeOffset due, bool atOnce)
    {
        WaitUntil(due, atOnce);
        Status = DeliveryStatus.Parked;
    }

    public void Close(DeliveryStatus status, DateTimeOffset now)
    {
        Status = status;
        LeaseOwner = null;
        ClosedAt = now;
    }

    public void Cancel(string reason, DateTimeOffset now)
    {
        Close(DeliveryStatus.Cancelled, now);
        LastError = reason;
    }
}
