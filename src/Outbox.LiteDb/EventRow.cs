using LiteDB;

namespace Outbox.LiteDb;

/// <summary>A document of <c>outbox_event</c>.</summary>
internal sealed class EventRow
{
    public const string Collection = "outbox_event";

    public required long Key { get; init; }

    public required string Id { get; init; }

    public required string Type { get; init; }

    public string? Tenant { get; init; }

    public string? Subject { get; set; }

    public IReadOnlyList<string> Scopes { get; set; } = [];

    public string? OrderingKey { get; set; }

    public string? IdempotencyKey { get; set; }

    public required long OccurredAt { get; init; }

    public required long EnqueuedAt { get; init; }

    public long? ErasedAt { get; set; }

    public string? Headers { get; set; }

    /// <summary>W3C Trace Context.</summary>
    public string? TraceParent { get; init; }

    public required byte[] Data { get; set; }

    public IReadOnlyList<HoldRow> Holds { get; set; } = [];

    /// <summary>Set by the first claim of any of its deliveries where it has holds: from then on every attempt sends these bytes.</summary>
    public bool Frozen { get; set; }

    /// <summary>Set where no delivery refers to it.</summary>
    public bool Unowed { get; set; }

    public IEnumerable<HoldRow> OpenHolds => Frozen ? [] : Holds.Where(hold => !hold.IsReleased);

    /// <summary>What finds the first event of a tenant with an idempotency key.</summary>
    public static byte[] Idempotency(string? tenant, string key) => Ordinal.Of($"{tenant}\n{key}");

    public BsonDocument ToDocument() => new BsonDocument { ["_id"] = Key }
        .With("id", Id)
        .With("id_key", Ordinal.Of(Id))
        .With("type", Type)
        .With("tenant", Tenant)
        .With("subject", Subject)
        .With("subject_key", Subject is null ? null : Ordinal.Of(Subject))
        .With("scopes", Scopes)
        .With("ordering_key", OrderingKey)
        .With("idempotency", IdempotencyKey)
        .With("idempotency_key", IdempotencyKey is null ? null : Idempotency(Tenant, IdempotencyKey))
        .With("occurred_at", OccurredAt)
        .With("enqueued_at", EnqueuedAt)
        .With("erased_at", ErasedAt)
        .With("headers", Headers)
        .With("trace_parent", TraceParent)
        .With("holds", Holds.Select(hold => hold.ToDocument()))
        .With("frozen", Frozen)
        .With("next_deadline", OpenHolds.Select(hold => (long?)hold.Deadline).Min())
        .With("unowed_since", Unowed ? EnqueuedAt : null)
        .With("data", Data);

    public static EventRow Read(BsonDocument document) => new()
    {
        Key = document["_id"].AsInt64,
        Id = document["id"].AsString,
        Type = document["type"].AsString,
        Tenant = document.TextOrNull("tenant"),
        Subject = document.TextOrNull("subject"),
        Scopes = document.Texts("scopes"),
        OrderingKey = document.TextOrNull("ordering_key"),
        IdempotencyKey = document.TextOrNull("idempotency"),
        OccurredAt = document["occurred_at"].AsInt64,
        EnqueuedAt = document["enqueued_at"].AsInt64,
        ErasedAt = document.NumberOrNull("erased_at"),
        Headers = document.TextOrNull("headers"),
        TraceParent = document.TextOrNull("trace_parent"),
        Holds = [.. document.Documents("holds").Select(HoldRow.Read)],
        Frozen = document.Flag("frozen"),
        Unowed = document.NumberOrNull("unowed_since") is not null,
        Data = document.Bytes("data"),
    };
}

/// <summary>An artifact that an event waits for.</summary>
internal sealed record HoldRow(string Artifact, long Deadline, long? ReleasedAt)
{
    public bool IsReleased => ReleasedAt is not null;

    public BsonDocument ToDocument() => new BsonDocument().With("artifact", Artifact).With("deadline", Deadline).With("released_at", ReleasedAt);

    public static HoldRow Read(BsonDocument document) =>
        new(document["artifact"].AsString, document["deadline"].AsInt64, document.NumberOrNull("released_at"));
}
