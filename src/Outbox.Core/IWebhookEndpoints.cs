using System.Data.Common;

namespace Outbox;

/// <summary>The endpoint registry. Thread-safe.</summary>
public interface IWebhookEndpoints
{
    /// <summary>
    /// Stores an endpoint: a new one, or a change to the one with its <see cref="WebhookEndpoint.Id"/>. Profiles that allow one endpoint per
    /// scope (TTMA: one per phone number) change the one that is there.
    /// </summary>
    /// <param name="endpoint">What the customer asks for.</param>
    /// <param name="transaction">Your open transaction, to store a call and its own endpoint together; null: one of the outbox's own.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="WebhookValidationException">The URL, secret, profile, event types or transaction cannot be accepted.</exception>
    Task<EndpointRegistration> PutAsync(WebhookEndpoint endpoint, DbTransaction? transaction = null, CancellationToken cancellationToken = default);

    /// <summary>One endpoint, or null where there is none of that id.</summary>
    Task<EndpointInfo?> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Endpoints in the order they were made.</summary>
    Task<IReadOnlyList<EndpointInfo>> ListAsync(EndpointFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Enables an endpoint again, and forgets its failures: one that is blocked is sent to at once. What was parked meanwhile is sent, oldest
    /// first and paced; false: there is no endpoint of that id.
    /// </summary>
    Task<bool> EnableAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Disables an endpoint: nothing more is sent to it, what is owed and what comes is parked; false: there is no endpoint of that id.</summary>
    /// <param name="id">The endpoint's id.</param>
    /// <param name="reason">Why, in a few words; people read it.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task<bool> DisableAsync(string id, string reason, CancellationToken cancellationToken = default);

    /// <summary>Deletes an endpoint: its secrets are erased, what is still owed to it is cancelled; false: there is no endpoint of that id.</summary>
    Task<bool> DeleteAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives an endpoint a new secret. Until the overlap ends, schemes that can carry two signatures carry both; the others sign with the new
    /// secret at once, so a receiver should accept both before it rotates.
    /// </summary>
    /// <param name="id">The endpoint's id.</param>
    /// <param name="newSecret">The new secret; null: generated.</param>
    /// <param name="overlap">How long the previous secret still signs; null: <see cref="WebhookOutboxOptions.SecretOverlap"/> (24 hours).</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The endpoint with the secret where it was generated; null: there is no endpoint of that id.</returns>
    /// <exception cref="WebhookValidationException">The secret does not fit the profile.</exception>
    Task<EndpointRegistration?> RotateSecretAsync(
        string id, string? newSecret = null, TimeSpan? overlap = null, CancellationToken cancellationToken = default);
}

/// <summary>Which endpoints to list. Each part that is null matches everything.</summary>
public sealed record EndpointFilter
{
    /// <summary>Only this tenant's endpoints.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only endpoints of this scope.</summary>
    public WebhookScope? Scope { get; init; }

    /// <summary>Only endpoints of this profile.</summary>
    public string? Profile { get; init; }
}

/// <summary>An endpoint after it was stored.</summary>
/// <param name="Endpoint">The endpoint as it now is.</param>
/// <param name="Created">True where it is new, false where one was changed.</param>
/// <param name="GeneratedSecret">
/// The secret where the outbox generated it: shown this once, never again. Otherwise null, and null for a key pair, whose
/// <see cref="EndpointInfo.PublicKey"/> is what the customer needs.
/// </param>
public sealed record EndpointRegistration(EndpointInfo Endpoint, bool Created, string? GeneratedSecret)
{
    /// <summary>For logs: without the secret.</summary>
    public override string ToString() => $"{Endpoint}, {(Created ? "new" : "changed")}";
}

/// <summary>An endpoint as it may be shown: its secrets are only hinted at.</summary>
public sealed record EndpointInfo
{
    /// <summary>The endpoint's id, <c>ep_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant that owns it, or null.</summary>
    public string? Tenant { get; init; }

    /// <summary>What it listens to.</summary>
    public required WebhookScope Scope { get; init; }

    /// <summary>Its URL in canonical form. Paths may be secrets: do not log them.</summary>
    public required string Url { get; init; }

    /// <summary>Its wire profile's name.</summary>
    public required string Profile { get; init; }

    /// <summary>The event types that it wants; empty: all of its scope.</summary>
    public required IReadOnlyList<string> EventTypes { get; init; }

    /// <summary>Whether transcripts are sent to it.</summary>
    public required bool ShipTranscript { get; init; }

    /// <summary>Its own limit of requests on the wire at once, per host; null: the options' limit.</summary>
    public int? MaxInFlight { get; init; }

    /// <summary>How many deliveries it takes per second; null: as many as come.</summary>
    public int? MaxPerSecond { get; init; }

    /// <summary>When it stops matching new events, or null.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many tries have failed since it last accepted one.</summary>
    public int FailuresInARow { get; init; }

    /// <summary>When the first of those failures was; null where there are none.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>
    /// Until when it is left alone because it fails (<see cref="WebhookOutboxOptions.Breaker"/>); null where it is not. After that time one delivery
    /// is sent to see whether it is well again.
    /// </summary>
    public DateTimeOffset? BlockedUntil { get; init; }

    /// <summary>Whether events are sent to it.</summary>
    public bool Enabled => DisabledReason is null;

    /// <summary>Why it is disabled; null while it is enabled.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>When it was disabled; null while it is enabled.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Whether deliveries that were parked are still being let out.</summary>
    public bool Draining { get; init; }

    /// <summary>The last four characters of its current secret; null where it has none, or a key pair.</summary>
    public string? SecretHint { get; init; }

    /// <summary>
    /// What the customer verifies with where the endpoint has a key pair: <c>whpk_…</c>, no secret, to be shown to anyone. Null where it has a shared
    /// secret, or none.
    /// </summary>
    public string? PublicKey { get; init; }

    /// <summary>When the previous secret stops signing; null where only one is in use.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>For logs: without the URL, whose path may be a secret.</summary>
    public override string ToString() => $"{Id} ({Profile} endpoint for {Scope})";
}
