using Outbox.Deliveries;

namespace Outbox.Storage;

/// <summary>The management side of the store: what became of each delivery, and the operator's verbs.</summary>
public interface IDeliveryStore
{
    /// <summary>One delivery with its event's data and its attempts, or null.</summary>
    ValueTask<DeliveryDetails?> GetAsync(string id, CancellationToken cancellationToken);

    /// <summary>
    /// Deliveries that match, newest first. A page may be short, or empty, and have a cursor: where few match, a store looks through a bounded
    /// number of deliveries at a time.
    /// </summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cursor">What the page before returned, or null.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="WebhookValidationException">The cursor is not one of this store's.</exception>
    ValueTask<DeliveryPage> ListAsync(DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken);

    /// <summary>The artifacts that unfrozen events with a subject and open deliveries wait for now, soonest deadline first.</summary>
    ValueTask<IReadOnlyList<HeldArtifact>> ListHeldAsync(int limit, CancellationToken cancellationToken);

    /// <summary>What is owed now. One snapshot; it reads no more than the open and the exhausted deliveries.</summary>
    ValueTask<WebhookBacklog> CountBacklogAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Puts closed deliveries that match back to Waiting, due now, with no failed tries; at most <paramref name="limit"/>. Left alone: open ones,
    /// erased ones, and those whose endpoint is deleted. Where the endpoint is disabled they are Parked. The oldest
    /// come first where the limit leaves some out. A series of calls, each with the cursor of the one before, meets every delivery at most once
    /// and none that was enqueued after its first call: it ends, though deliveries close again meanwhile.
    /// </summary>
    /// <param name="deliveryId">Only this delivery, or null.</param>
    /// <param name="filter">Which ones; its status is a closed one, or null for any closed one.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cursor">The <see cref="ReplayBatch.NextCursor"/> of the call before, or null to begin.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<ReplayBatch> ReplayAsync(
        string? deliveryId, DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken);

    /// <summary>Cancels an open delivery, a leased one too: its lease is void. False where it is closed or unknown.</summary>
    ValueTask<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken);

    /// <summary>Empties everything that tells about a subject and cancels its open deliveries: see <see cref="IWebhookOutbox.EraseSubjectAsync"/>.</summary>
    ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken);
}

/// <summary>What one call of a replay did.</summary>
/// <param name="Replayed">How many deliveries were put back.</param>
/// <param name="NextCursor">Where the next call goes on; null where none is left.</param>
public sealed record ReplayBatch(int Replayed, string? NextCursor);

/// <summary>An artifact that an event waits for.</summary>
/// <param name="EventId">The event's id.</param>
/// <param name="Tenant">The event's tenant, or null.</param>
/// <param name="Subject">The event's subject: the call's id.</param>
/// <param name="Artifact">The artifact's name.</param>
/// <param name="Deadline">When the event goes out without it.</param>
public sealed record HeldArtifact(string EventId, string? Tenant, string Subject, string Artifact, DateTimeOffset Deadline);
