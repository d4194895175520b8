using LiteDB;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>What the housekeeper has to do for an endpoint; an index finds those with something to do.</summary>
internal enum Standing
{
    /// <summary>Nothing.</summary>
    Active = 0,

    /// <summary>Park what waits for it.</summary>
    Disabled = 1,

    /// <summary>Let out what is parked.</summary>
    Draining = 2,

    /// <summary>Cancel what is open.</summary>
    Deleted = 3,

    /// <summary>Delete it when nothing refers to it any more.</summary>
    Gone = 4,
}

/// <summary>A document of <c>outbox_endpoint</c>.</summary>
internal sealed class EndpointRow
{
    public const string Collection = "outbox_endpoint";

    public required long Key { get; init; }

    public required StoredEndpoint Value { get; set; }

    /// <summary>When the next portion of parked deliveries may go; null: none is to.</summary>
    public long? DrainAt { get; set; }

    /// <summary>The delivery that a half-open endpoint is tried with; null: none is on the wire.</summary>
    public long? Probe { get; set; }

    /// <summary>With a limit per second: when the next portion may be claimed.</summary>
    public long? PacedUntil { get; set; }

    public long? DeletedAt { get; set; }

    /// <summary>Whether a deleted one is owed nothing any more.</summary>
    public bool IsGone { get; set; }

    public bool IsDisabled => Value.DisabledAt is not null;

    public bool IsDeleted => DeletedAt is not null;

    public bool TakesWork => !IsDisabled && !IsDeleted;

    public Standing Standing => this switch
    {
        { IsGone: true } => Standing.Gone,
        { IsDeleted: true } => Standing.Deleted,
        { IsDisabled: true } => Standing.Disabled,
        { DrainAt: not null } => Standing.Draining,
        _ => Standing.Active,
    };

    public bool IsHalfOpen => Value.BlockedUntil is not null;

    /// <summary>How many may be claimed of it by one claim at most: it is half-open or paced; null: any number.</summary>
    public int? Portion => IsHalfOpen ? 1 : Value.MaxPerSecond is { } most ? Math.Max(1, most / 10) : null;

    /// <summary>Until when it is blocked or paced; long ago where it is neither. A pace is never a second long: further ahead, the clock was set back since.</summary>
    public long OpensAt(long now) => Math.Max(
        Value.BlockedUntil?.ToUnixTimeMilliseconds() ?? 0,
        PacedUntil <= now + 1000 ? PacedUntil.Value : 0);

    public ClaimedEndpoint Claimed(long now) => new()
    {
        Id = Value.Id,
        Url = Value.Url,
        Tenant = Value.Tenant,
        Secrets = Value.Secrets,
        FailuresInARow = Value.FailuresInARow,
        FailingFor = TimeSpan.FromMilliseconds(now - (Value.FailingSince?.ToUnixTimeMilliseconds() ?? now)),
    };

    /// <summary>Hides it and empties its secrets; its deliveries still refer to it.</summary>
    public void Delete(long now)
    {
        DeletedAt = now;
        DrainAt = null;
        Value = Value with { Secrets = default, SecretHint = null, PreviousSecretUntil = null };
    }

    /// <summary>The same, and where it sent to is forgotten too.</summary>
    public void Erase(long now)
    {
        Delete(now);
        Value = Value with { Scope = "", Url = "" };
    }

    public BsonDocument ToDocument() => new BsonDocument { ["_id"] = Key }
        .With("id", Value.Id)
        .With("id_key", Ordinal.Of(Value.Id))
        .With("tenant", Value.Tenant)
        .With("scope", Value.Scope)
        .With("scope_key", IsDeleted ? null : Ordinal.Of(Value.Scope))
        .With("url", Value.Url)
        .With("profile", Value.Profile)
        .With("event_types", Value.EventTypes)
        .With("ship_transcript", Value.ShipTranscript)
        .With("max_in_flight", Value.MaxInFlight)
        .With("max_per_second", Value.MaxPerSecond)
        .With("secrets", Value.Secrets.ToArray())
        .With("secret_hint", Value.SecretHint)
        .With("previous_secret_until", Value.PreviousSecretUntil?.ToUnixTimeMilliseconds())
        .With("created_at", Value.CreatedAt.ToUnixTimeMilliseconds())
        .With("expires_at", Value.ExpiresAt?.ToUnixTimeMilliseconds())
        .With("disabled_at", Value.DisabledAt?.ToUnixTimeMilliseconds())
        .With("disabled_reason", Value.DisabledReason)
        .With("failures", (long)Value.FailuresInARow)
        .With("failing_since", Value.FailingSince?.ToUnixTimeMilliseconds())
        .With("blocked_until", Value.BlockedUntil?.ToUnixTimeMilliseconds())
        .With("probe", Probe)
        .With("paced_until", PacedUntil)
        .With("drain_at", DrainAt)
        .With("deleted_at", DeletedAt)
        .With("standing", (long)Standing);

    public static EndpointRow Read(BsonDocument document) => new()
    {
        Key = document["_id"].AsInt64,
        DrainAt = document.NumberOrNull("drain_at"),
        DeletedAt = document.NumberOrNull("deleted_at"),
        Probe = document.NumberOrNull("probe"),
        PacedUntil = document.NumberOrNull("paced_until"),
        IsGone = (Standing)document["standing"].AsInt32 == Standing.Gone,
        Value = new StoredEndpoint
        {
            Id = document["id"].AsString,
            Tenant = document.TextOrNull("tenant"),
            Scope = document["scope"].AsString,
            Url = document["url"].AsString,
            Profile = document["profile"].AsString,
            EventTypes = document.Texts("event_types"),
            ShipTranscript = document.Flag("ship_transcript"),
            MaxInFlight = (int?)document.NumberOrNull("max_in_flight"),
            MaxPerSecond = (int?)document.NumberOrNull("max_per_second"),
            Secrets = document.Bytes("secrets"),
            SecretHint = document.TextOrNull("secret_hint"),
            PreviousSecretUntil = document.TimeOrNull("previous_secret_until"),
            CreatedAt = document.Time("created_at"),
            ExpiresAt = document.TimeOrNull("expires_at"),
            DisabledAt = document.TimeOrNull("disabled_at"),
            DisabledReason = document.TextOrNull("disabled_reason"),
            FailuresInARow = (int)(document.NumberOrNull("failures") ?? 0),
            FailingSince = document.TimeOrNull("failing_since"),
            BlockedUntil = document.TimeOrNull("blocked_until"),
            Draining = document.NumberOrNull("drain_at") is not null,
        },
    };
}
