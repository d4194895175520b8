using System.Data.Common;

namespace Outbox.Storage;

/// <summary>The endpoint registry in the host's database.</summary>
public interface IEndpointStore
{
    /// <summary>
    /// Finds the endpoint that <paramref name="lookup"/> names, gives it (or null where there is none) to <paramref name="change"/>, and stores
    /// what that returns; all in one transaction, so that two concurrent puts of one scope make one endpoint. Where
    /// <paramref name="change"/> throws, nothing is stored. A change from disabled to enabled begins to drain what is parked; one to disabled
    /// ends it. A notice that the change has is stored with it, as <see cref="IOutboxStore.EnqueueAsync"/> would.
    /// </summary>
    ValueTask<StoredEndpoint> PutAsync(
        EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>One endpoint that is not deleted, or null.</summary>
    ValueTask<StoredEndpoint?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>The endpoints that match and are not deleted, in the order they were made.</summary>
    ValueTask<IReadOnlyList<StoredEndpoint>> ListAsync(EndpointFilter filter, CancellationToken cancellationToken);

    /// <summary>Deletes an endpoint: erases its secrets and cancels nothing by itself (<see cref="IOutboxStore.ParkAsync"/> does). False where there is none.</summary>
    ValueTask<bool> DeleteAsync(string id, CancellationToken cancellationToken);
}

/// <summary>Which endpoint a put is about: the one with the id, else the one of the scope, else a new one.</summary>
public sealed record EndpointLookup
{
    /// <summary>The endpoint's id, or null.</summary>
    public string? Id { get; init; }

    /// <summary>With no id: look for an endpoint of this tenant, scope and profile; null: always a new one.</summary>
    public (string? Tenant, string Scope, string Profile)? OnlyOne { get; init; }
}

/// <summary>What a put stores.</summary>
/// <param name="Endpoint">The endpoint as it shall be.</param>
/// <param name="Notice">What operators are told of it, or null.</param>
public sealed record EndpointChange(StoredEndpoint Endpoint, NewEvent? Notice = null)
{
    /// <summary>A change that nobody is told of.</summary>
    public static implicit operator EndpointChange(StoredEndpoint endpoint) => FromStoredEndpoint(endpoint);

    /// <summary>The same as the implicit conversion, for languages without one.</summary>
    public static EndpointChange FromStoredEndpoint(StoredEndpoint endpoint) => new(endpoint);
}

/// <summary>An endpoint as it is stored.</summary>
public sealed record StoredEndpoint
{
    /// <summary>The endpoint's id, <c>ep_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant that owns it, or null.</summary>
    public string? Tenant { get; init; }

    /// <summary>What it listens to, in text form.</summary>
    public required string Scope { get; init; }

    /// <summary>The canonical URL.</summary>
    public required string Url { get; init; }

    /// <summary>The wire profile's name.</summary>
    public required string Profile { get; init; }

    /// <summary>The event types that it wants; empty: all.</summary>
    public IReadOnlyList<string> EventTypes { get; init; } = [];

    /// <summary>Whether transcripts are sent to it.</summary>
    public bool ShipTranscript { get; init; } = true;

    /// <summary>Its own limit of requests in flight, or null.</summary>
    public int? MaxInFlight { get; init; }

    /// <summary>How many deliveries it takes per second, or null.</summary>
    public int? MaxPerSecond { get; init; }

    /// <summary>Its secrets, protected by Core: bytes that a store keeps and hands back.</summary>
    public ReadOnlyMemory<byte> Secrets { get; init; }

    /// <summary>What may be shown of the current secret: its last four characters, the public key of a key pair, or null.</summary>
    public string? SecretHint { get; init; }

    /// <summary>When the previous secret stops signing, or null.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it stops matching new events, or null.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was disabled, or null.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Why it is disabled; null while it is enabled.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>How many tries have failed since it last accepted one.</summary>
    public int FailuresInARow { get; init; }

    /// <summary>When the first of those failures was; null where there are none.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Until when it is blocked, where it is; a time that has passed: it is half-open. See <see cref="EndpointEffect"/>.</summary>
    public DateTimeOffset? BlockedUntil { get; init; }

    /// <summary>
    /// Whether parked deliveries are being let out. The store's own: set when a put enables the endpoint while it has any, cleared when none
    /// are left; what a put says is ignored.
    /// </summary>
    public bool Draining { get; init; }

    /// <summary>For logs: without the secrets, and without the URL, whose path may be one.</summary>
    public override string ToString() => $"{Id} ({Profile} endpoint for {Scope})";
}
