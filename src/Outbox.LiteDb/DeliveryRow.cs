using LiteDB;
using Outbox.Deliveries;

namespace Outbox.LiteDb;

/// <summary>A document of <c>outbox_delivery</c>.</summary>
internal sealed class DeliveryRow
{
    public const string Collection = "outbox_delivery";

    public required long Key { get; init; }

    public required string Id { get; init; }

    public required long EventKey { get; init; }

    public required long EndpointKey { get; init; }

    /// <summary>The event's type and tenant again, so that a list that filters by them reads this collection only.</summary>
    public required string Type { get; init; }

    public string? Tenant { get; init; }

    public required string Profile { get; init; }

    public bool ShipTranscript { get; init; }

    public required long EnqueuedAt { get; init; }

    public string? OrderingKey { get; set; }

    public DeliveryStatus Status { get; set; }

    public Gate Gate { get; set; }

    public long DueAt { get; set; }

    public long Attempts { get; set; }

    public long FailedTries { get; set; }

    /// <summary>0: never claimed; one more at every claim.</summary>
    public long LeaseToken { get; set; }

    public bool IsFirstLease => LeaseToken == 1;

    public string? LeaseOwner { get; set; }

    public long? LeaseUntil { get; set; }

    public long? ClosedAt { get; set; }

    public long? LastStatusCode { get; set; }

    public string? LastError { get; set; }

    public bool IsOpen => Status is DeliveryStatus.Waiting or DeliveryStatus.Delivering or DeliveryStatus.Parked;

    /// <summary>Where it stands among the others of its key and endpoint; null where it has none or is closed.</summary>
    public byte[]? Turn => OrderingKey is not null && IsOpen ? Queue.Turn(EndpointKey, OrderingKey, Gate == Gate.Queued, Key) : null;

    /// <summary>The turn that is stored; a change is stored with the row.</summary>
    public byte[]? StoredTurn { get; private set; }

    public void TurnIsStored() => StoredTurn = Turn;

    /// <summary>Puts it back to where it was headed: ready where the time has come, or where it never had to wait for one.</summary>
    public void Wait(long now)
    {
        Status = DeliveryStatus.Waiting;
        Gate = Gate == Gate.Queued ? Gate.Queued : IsDue(now) ? Gate.Ready : Gate.Scheduled;
    }

    public bool IsDue(long now) => DueAt <= now || DueAt <= EnqueuedAt;

    public void Park()
    {
        Status = DeliveryStatus.Parked;
        Gate = Gate == Gate.Ready ? Gate.Scheduled : Gate;
    }

    public void Lease(string owner, long until)
    {
        Status = DeliveryStatus.Delivering;
        Gate = Gate.Ready;
        LeaseToken++;
        LeaseOwner = owner;
        LeaseUntil = until;
    }

    public void EndLease()
    {
        LeaseOwner = null;
        LeaseUntil = null;
    }

    /// <summary>Takes a lease back that nobody works on any more.</summary>
    public void TakeBack()
    {
        EndLease();
        Status = DeliveryStatus.Waiting;
        Gate = Gate.Ready;
    }

    public void Cancel(string reason, long now)
    {
        EndLease();
        Status = DeliveryStatus.Cancelled;
        Gate = Gate.Ready;
        ClosedAt = now;
        LastError = reason;
    }

    public BsonDocument ToDocument() => new BsonDocument { ["_id"] = Key }
        .With("id", Id)
        .With("id_key", Ordinal.Of(Id))
        .With("event", EventKey)
        .With("endpoint", EndpointKey)
        .With("type", Type)
        .With("tenant", Tenant)
        .With("profile", Profile)
        .With("ship_transcript", ShipTranscript)
        .With("enqueued_at", EnqueuedAt)
        .With("ordering_key", OrderingKey)
        .With("status", (long)Status)
        .With("gate", (long)Gate)
        .With("due_at", DueAt)
        .With("attempts", Attempts)
        .With("failed_tries", FailedTries)
        .With("lease_token", LeaseToken)
        .With("lease_owner", LeaseOwner)
        .With("lease_until", LeaseUntil)
        .With("closed_at", ClosedAt)
        .With("last_status_code", LastStatusCode)
        .With("last_error", LastError)
        .With("place", Queue.Place(this))
        .With("owed", Queue.Owed(EndpointKey, Status, Key));

    public static DeliveryRow Read(BsonDocument document)
    {
        var row = new DeliveryRow
        {
            Key = document["_id"].AsInt64,
            Id = document["id"].AsString,
            EventKey = document["event"].AsInt64,
            EndpointKey = document["endpoint"].AsInt64,
            Type = document["type"].AsString,
            Tenant = document.TextOrNull("tenant"),
            Profile = document["profile"].AsString,
            ShipTranscript = document.Flag("ship_transcript"),
            EnqueuedAt = document["enqueued_at"].AsInt64,
            OrderingKey = document.TextOrNull("ordering_key"),
            Status = (DeliveryStatus)document["status"].AsInt32,
            Gate = (Gate)document["gate"].AsInt32,
            DueAt = document["due_at"].AsInt64,
            Attempts = document["attempts"].AsInt64,
            FailedTries = document["failed_tries"].AsInt64,
            LeaseToken = document["lease_token"].AsInt64,
            LeaseOwner = document.TextOrNull("lease_owner"),
            LeaseUntil = document.NumberOrNull("lease_until"),
            ClosedAt = document.NumberOrNull("closed_at"),
            LastStatusCode = document.NumberOrNull("last_status_code"),
            LastError = document.TextOrNull("last_error"),
        };
        row.TurnIsStored();
        return row;
    }
}
