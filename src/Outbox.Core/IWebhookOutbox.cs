using System.Data.Common;
using Outbox.Profiles;

namespace Outbox;

/// <summary>
/// The outbox: enqueue events in your own transaction and they are delivered at least once, or visibly not; roll back, and nothing was ever
/// there. Thread-safe; a singleton in the service container.
/// </summary>
/// <remarks>
/// Bad input throws <see cref="WebhookValidationException"/> and stores nothing. Trouble with the database throws the provider's own
/// exception, or <see cref="Storage.OutboxStoreException"/> where the outbox can say more; your transaction is then as the database left it.
/// </remarks>
public interface IWebhookOutbox
{
    /// <summary>Endpoints: where customers want events.</summary>
    IWebhookEndpoints Endpoints { get; }

    /// <summary>Deliveries: what became of each event, and a second try for those that failed.</summary>
    IWebhookDeliveries Deliveries { get; }

    /// <summary>How webhooks flow: what is owed, what was done over time, how each endpoint is.</summary>
    IWebhookInspection Inspection { get; }

    /// <summary>The wire profiles that this host knows: the built-in ones and its own.</summary>
    IReadOnlyCollection<WebhookProfile> Profiles { get; }

    /// <summary>Stores the event and one delivery for each matching endpoint in your transaction. Requests follow your commit within milliseconds.</summary>
    /// <param name="webhookEvent">What happened.</param>
    /// <param name="transaction">Your open transaction on the outbox's database. Committing or rolling it back stays with you.</param>
    /// <param name="cancellationToken">Stops the enqueue; your transaction stays open.</param>
    /// <exception cref="WebhookValidationException">The event or the transaction cannot be accepted.</exception>
    Task<EnqueueResult> EnqueueAsync(WebhookEvent webhookEvent, DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Stores the event in a transaction of its own: for events that have no database write beside them.</summary>
    /// <exception cref="WebhookValidationException">The event cannot be accepted.</exception>
    Task<EnqueueResult> EnqueueInOwnTransactionAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken = default);

    /// <summary>Tells that an artifact has arrived: patches the events that wait for it, and sends those that wait for nothing else.</summary>
    /// <param name="artifact">The artifact, and what it changes in the data.</param>
    /// <param name="transaction">Your open transaction on the outbox's database.</param>
    /// <param name="cancellationToken">Stops the call; your transaction stays open.</param>
    /// <exception cref="WebhookValidationException">The patch cannot be accepted.</exception>
    Task<ArtifactOutcome> ArtifactReadyAsync(WebhookArtifact artifact, DbTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>The same as <see cref="ArtifactReadyAsync"/> in a transaction of its own.</summary>
    /// <exception cref="WebhookValidationException">The patch cannot be accepted.</exception>
    Task<ArtifactOutcome> ArtifactReadyInOwnTransactionAsync(WebhookArtifact artifact, CancellationToken cancellationToken = default);

    /// <summary>
    /// Erases what the outbox holds about one subject: event data, headers, scopes and response excerpts are emptied, open deliveries are
    /// cancelled, the call's own endpoints are deleted. What stays is the count: ids, times and states without content.
    /// </summary>
    /// <param name="subject">The call's id.</param>
    /// <param name="tenant">Only this tenant's events; null: every event of that subject.</param>
    /// <param name="cancellationToken">Stops the erasure; it can be repeated.</param>
    Task<ErasureResult> EraseSubjectAsync(string subject, string? tenant = null, CancellationToken cancellationToken = default);
}

/// <summary>What an erasure changed.</summary>
/// <param name="Events">Events whose content was emptied.</param>
/// <param name="CancelledDeliveries">Open deliveries that were cancelled.</param>
/// <param name="DeletedEndpoints">Per-call endpoints of that subject that were deleted.</param>
public sealed record ErasureResult(int Events, int CancelledDeliveries, int DeletedEndpoints);
