using Outbox.Deliveries;
using Outbox.Profiles;
using Outbox.Simulation.Engine;
using Outbox.Simulation.Hosts;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Simulation.Checks;

/// <summary>What the referee knows of an event: what was committed, and when.</summary>
internal sealed class EventFact(EventRow row, NewEvent value, TimeSpan enqueuedAt, DateTimeOffset storeTime)
{
    public EventRow Row { get; } = row;

    public NewEvent Value { get; } = value;

    public TimeSpan EnqueuedAt { get; } = enqueuedAt;

    public DateTimeOffset StoreTime { get; } = storeTime;

    /// <summary>The artifacts that have not arrived, with their deadlines by the store's clock.</summary>
    public Dictionary<string, DateTimeOffset> Open { get; } = value.Holds.ToDictionary(hold => hold.Artifact, hold => storeTime + hold.Deadline);

    public bool Frozen { get; set; }
}

/// <summary>What the referee knows of a delivery, from its own bookkeeping.</summary>
internal sealed class DeliveryFact(DeliveryRow row, EventFact? committed, long order)
{
    public DeliveryRow Row { get; } = row;

    /// <summary>Its event; null while no commit has brought it.</summary>
    public EventFact? Committed { get; set; } = committed;

    /// <summary>Its place in the order of commits.</summary>
    public long Order { get; } = order;

    public (long Endpoint, string Key)? OrderingKey { get; } = committed?.Value.OrderingKey is { } key ? (row.Endpoint.Key, key) : null;

    /// <summary>Whether it still keeps its place in the order: erasure takes that away with the key.</summary>
    public bool IsOrdered => OrderingKey is not null && !Row.Event.Erased;

    public Snapshot Seen { get; set; }

    public List<LeaseFact> Leases { get; } = [];

    public LeaseFact? Lease => Leases.Count == 0 ? null : Leases[^1];

    /// <summary>The bytes and the id of its first request.</summary>
    public byte[]? Body { get; set; }

    public string? WireId { get; set; }

    public int Attempts { get; set; }

    public int FailedTries { get; set; }

    /// <summary>When an operator last cancelled, erased or replayed it.</summary>
    public TimeSpan OperatedAt { get; set; } = TimeSpan.MinValue;

    public TimeSpan ReplayedAt { get; set; } = TimeSpan.MinValue;

    /// <summary>Whether a mended due time excuses that its hold or its retry did not wait to the end.</summary>
    public bool Healed { get; set; }
}

/// <summary>A right to attempt, from the claim on.</summary>
internal sealed record LeaseFact(DeliveryFact Delivery, long Token, SimulatedHost Host, SimulatedContext Process, TimeSpan ClaimedAt, string NewestSecret, string Url, int FailuresInARow, TimeSpan FailingFor)
{
    /// <summary>Whether the claim has returned to its process: its transaction is over.</summary>
    public bool Answered { get; set; }

    public RequestFact? Request { get; set; }
}

/// <summary>A request that went out.</summary>
internal sealed class RequestFact(TimeSpan startedAt, WebhookProfile profile)
{
    public TimeSpan StartedAt { get; } = startedAt;

    public WebhookProfile Profile { get; } = profile;

    public TimeSpan? EndedAt { get; set; }

    public int? Status { get; set; }

    public TimeSpan? RetryAfter { get; set; }

    public bool IsOnTheWire => EndedAt is null;
}

/// <summary>A row as it was after the last call.</summary>
internal readonly record struct Snapshot(
    DeliveryStatus Status, long Token, string? Owner, DateTimeOffset LeaseUntil, DateTimeOffset DueAt, bool AtOnce, int FailedTries, int Attempts, ReadOnlyMemory<byte> Data)
{
    public bool IsOpen => Status is DeliveryStatus.Waiting or DeliveryStatus.Delivering or DeliveryStatus.Parked;

    public static Snapshot Of(DeliveryRow row) =>
        new(row.Status, row.LeaseToken, row.LeaseOwner, row.LeaseUntil, row.DueAt, row.DueAtOnce, row.FailedTries, row.Attempts.Count, row.Event.Value.Data);
}
