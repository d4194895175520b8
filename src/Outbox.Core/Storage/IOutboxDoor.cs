namespace Outbox.Storage;

/// <summary>
/// Core's half of the verbs in a caller's transaction, for a store whose transactions are not a <see cref="System.Data.Common.DbTransaction"/>:
/// such a store gives its callers a door of its own, and does in it only what differs. What is the same for all stores stays here:
/// validation, canonical bytes, ids, secrets, and the wake-up. The container's <see cref="IWebhookOutbox"/> implements it.
/// </summary>
public interface IOutboxDoor
{
    /// <summary>The store behind the outbox.</summary>
    IOutboxStore Store { get; }

    /// <summary>
    /// Opens the store where nobody has yet; call it before the transaction begins. It blocks, and is for stores whose
    /// <see cref="IOutboxStore.OpenAsync"/> completes without waiting.
    /// </summary>
    void Open();

    /// <summary>Enqueues: gives the validated event to <paramref name="storeIt"/>, which stores it in the caller's transaction.</summary>
    /// <exception cref="WebhookValidationException">The event cannot be accepted; <paramref name="storeIt"/> was not called.</exception>
    EnqueueResult Enqueue(WebhookEvent webhookEvent, Func<NewEvent, EnqueueResult> storeIt);

    /// <summary>Tells of an artifact: gives it to <paramref name="storeIt"/>, which releases the holds in the caller's transaction.</summary>
    /// <exception cref="WebhookValidationException">The patch cannot be accepted.</exception>
    ArtifactOutcome ArtifactReady(WebhookArtifact artifact, Func<HoldRelease, ArtifactOutcome> storeIt);

    /// <summary>Puts an endpoint: gives the look-up and the change to <paramref name="storeIt"/>, which does as <see cref="IEndpointStore.PutAsync"/>.</summary>
    /// <exception cref="WebhookValidationException">The endpoint cannot be accepted.</exception>
    EndpointRegistration PutEndpoint(WebhookEndpoint endpoint, Func<EndpointLookup, Func<StoredEndpoint?, EndpointChange>, StoredEndpoint> storeIt);

    /// <summary>Tells that a transaction with any of these is committed: what is due goes at once.</summary>
    /// <param name="endpointsChanged">Whether an endpoint was put in it.</param>
    void Committed(bool endpointsChanged);
}
