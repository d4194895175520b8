using Outbox.Activity;
using Outbox.Deliveries;

namespace Outbox.Storage;

/// <summary>The management side of the store: what became of each delivery, and the operator's verbs.</summary>
public interface IDeliveryStore
{
    /// <summary>One delivery with its event's data and its attempts, or null.</summary>
    ValueTask<DeliveryDetails?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>Deliveries that match, newest first.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cursor">What the page before returned, or null.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="WebhookValidationException">The cursor is not one of this store's.</exception>
    ValueTask<DeliveryPage> ListAsync(DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken);

    /// <summary>How many deliveries match; it looks no further than <paramref name="limit"/>.</summary>
    ValueTask<BoundedCount> CountAsync(DeliveryFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>What is owed now, each count up to <paramref name="limit"/>. It reads no more than the open and the exhausted deliveries.</summary>
    ValueTask<OpenWork> CountOpenWorkAsync(OpenWorkFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Adds what was done to what is stored: by endpoint and by all, by minute and by hour; and to each endpoint's last attempts. What is of an
    /// endpoint that is not there counts for all only.
    /// </summary>
    ValueTask AddActivityAsync(IReadOnlyList<EndpointActivity> activity, CancellationToken cancellationToken);

    /// <summary>What was done, oldest first; without points for times in which nothing was.</summary>
    ValueTask<IReadOnlyList<ActivityPoint>> ReadActivityAsync(ActivityFilter filter, CancellationToken cancellationToken);

    /// <summary>How endpoints have been since the hour of <paramref name="since"/>; those that had no attempt at all may be left out.</summary>
    /// <param name="endpointIds">Which endpoints, by id.</param>
    /// <param name="since">From when on attempts are counted, by the hour. The last attempts are told whenever they were.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<IReadOnlyList<EndpointHealth>> ReadHealthAsync(IReadOnlyList<string> endpointIds, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>The artifacts that unfrozen events with a subject and open deliveries wait for now, soonest deadline first.</summary>
    ValueTask<IReadOnlyList<HeldArtifact>> ListHeldAsync(int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Puts closed deliveries that match back to Waiting, due now, with no failed tries; at most <paramref name="limit"/>. Left alone: open ones,
    /// erased ones, and those whose endpoint is deleted. Where the endpoint is disabled they are Parked. The oldest
    /// come first where the limit leaves some out.
    /// </summary>
    /// <param name="deliveryId">Only this delivery, or null.</param>
    /// <param name="filter">Which ones; its status is a closed one, or null for any closed one.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many were put back.</returns>
    ValueTask<int> ReplayAsync(string? deliveryId, DeliveryFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>Cancels an open delivery, a leased one too: its lease is void. False where it is closed or unknown.</summary>
    ValueTask<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken);

    /// <summary>Empties everything that tells about a subject and cancels its open deliveries: see <see cref="IWebhookOutbox.EraseSubjectAsync"/>.</summary>
    ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken);
}

/// <summary>An artifact that an event waits for.</summary>
/// <param name="EventId">The event's id.</param>
/// <param name="Tenant">The event's tenant, or null.</param>
/// <param name="Subject">The event's subject: the call's id.</param>
/// <param name="Artifact">The artifact's name.</param>
/// <param name="Deadline">When the event goes out without it.</param>
public sealed record HeldArtifact(string EventId, string? Tenant, string Subject, string Artifact, DateTimeOffset Deadline);
