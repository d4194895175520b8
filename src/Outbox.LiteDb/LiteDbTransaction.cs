using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>
/// The transaction that <c>Transact</c> runs your code in: what you write to the database and what you enqueue here is stored together or not
/// at all. It belongs to the thread that your code was called on, and ends when your code returns or throws.
/// </summary>
public sealed class LiteDbTransaction
{
    private readonly IOutboxDoor _door;
    private readonly LiteDbOutboxStore _store;
    private readonly LiteDbSession _session;

    internal LiteDbTransaction(IOutboxDoor door, LiteDbOutboxStore store, LiteDbSession session)
    {
        _door = door;
        _store = store;
        _session = session;
    }

    /// <summary>Whether an endpoint was put.</summary>
    internal bool EndpointsChanged { get; private set; }

    /// <summary>Stores the event and one delivery for each matching endpoint in this transaction. Requests follow its commit within milliseconds.</summary>
    /// <exception cref="WebhookValidationException">The event cannot be accepted, or the transaction is over or another thread's.</exception>
    public EnqueueResult Enqueue(WebhookEvent webhookEvent) => _door.Enqueue(webhookEvent, newEvent => _store.Enqueue(_session, newEvent));

    /// <summary>Tells that an artifact has arrived: patches the events that wait for it, and sends those that wait for nothing else once this is committed.</summary>
    /// <exception cref="WebhookValidationException">The patch cannot be accepted, or the transaction is over or another thread's.</exception>
    public ArtifactOutcome ArtifactReady(WebhookArtifact artifact) => _door.ArtifactReady(artifact, release => _store.ReleaseHold(_session, release));

    /// <summary>Stores an endpoint in this transaction, such as a call's own: as <see cref="IWebhookEndpoints.PutAsync"/> does in others.</summary>
    /// <exception cref="WebhookValidationException">The endpoint cannot be accepted, or the transaction is over or another thread's.</exception>
    public EndpointRegistration PutEndpoint(WebhookEndpoint endpoint)
    {
        var registration = _door.PutEndpoint(endpoint, (lookup, change) => _store.Put(_session, lookup, change));
        EndpointsChanged = true;
        return registration;
    }

    /// <summary>Undoes all that was done in this transaction and ends it; your code goes on, and may write nothing more. To throw undoes it too.</summary>
    /// <exception cref="WebhookValidationException">The transaction is over or another thread's.</exception>
    public void Rollback() => _session.Checked.Rollback();
}
