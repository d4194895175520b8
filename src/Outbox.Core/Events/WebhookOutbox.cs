using System.Data.Common;
using Outbox.Diagnostics;
using Outbox.Dispatching;
using Outbox.Endpoints;
using Outbox.Profiles;
using Outbox.Storage;

namespace Outbox.Events;

/// <summary>The door: validate, store in the caller's transaction, and hint that something is coming.</summary>
internal sealed class WebhookOutbox(
    EventAdmission admission,
    StoreGate gate,
    MeasuredOutboxStore store,
    IDeliveryStore deliveryStore,
    WakeSignal wake,
    ProfileCatalogue profiles,
    WebhookEndpoints endpoints,
    IWebhookDeliveries deliveries,
    IWebhookInspection inspection) : IWebhookOutbox, IOutboxDoor
{
    public IWebhookEndpoints Endpoints => endpoints;

    public IWebhookDeliveries Deliveries => deliveries;

    public IWebhookInspection Inspection => inspection;

    public IReadOnlyCollection<WebhookProfile> Profiles => profiles.All;

    IOutboxStore IOutboxDoor.Store => store.Chosen;

    public Task<EnqueueResult> EnqueueAsync(WebhookEvent webhookEvent, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return EnqueueCoreAsync(webhookEvent, transaction, cancellationToken);
    }

    public Task<EnqueueResult> EnqueueInOwnTransactionAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken = default) =>
        EnqueueCoreAsync(webhookEvent, null, cancellationToken);

    public Task<ArtifactOutcome> ArtifactReadyAsync(WebhookArtifact artifact, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return ReleaseAsync(artifact, transaction, cancellationToken);
    }

    public Task<ArtifactOutcome> ArtifactReadyInOwnTransactionAsync(WebhookArtifact artifact, CancellationToken cancellationToken = default) =>
        ReleaseAsync(artifact, null, cancellationToken);

    public async Task<ErasureResult> EraseSubjectAsync(string subject, string? tenant = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(subject);
        await gate.OpenAsync(cancellationToken);
        return await deliveryStore.EraseAsync(subject, tenant, cancellationToken);
    }

    void IOutboxDoor.Open() => gate.Open();

    EnqueueResult IOutboxDoor.Enqueue(WebhookEvent webhookEvent, Func<NewEvent, EnqueueResult> storeIt)
    {
        using var span = OutboxSpans.StartCreate();
        try
        {
            var admitted = admission.Admit(webhookEvent);
            var result = store.Enqueue(admitted, storeIt);
            span.Created(admitted, result);
            return result;
        }
        catch (Exception e)
        {
            span.Failed(e);
            throw;
        }
    }

    ArtifactOutcome IOutboxDoor.ArtifactReady(WebhookArtifact artifact, Func<HoldRelease, ArtifactOutcome> storeIt) => storeIt(admission.Admit(artifact));

    EndpointRegistration IOutboxDoor.PutEndpoint(
        WebhookEndpoint endpoint, Func<EndpointLookup, Func<StoredEndpoint?, EndpointChange>, StoredEndpoint> storeIt) => endpoints.Put(endpoint, storeIt);

    void IOutboxDoor.Committed(bool endpointsChanged)
    {
        wake.ExpectCommit(transaction: null);
        if (endpointsChanged)
        {
            endpoints.Changed();
        }
    }

    private async Task<EnqueueResult> EnqueueCoreAsync(WebhookEvent webhookEvent, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(webhookEvent);
        using var span = OutboxSpans.StartCreate();
        try
        {
            var admitted = admission.Admit(webhookEvent);
            await gate.OpenAsync(cancellationToken);
            var result = await store.EnqueueAsync(admitted, transaction, cancellationToken);
            span.Created(admitted, result);
            if (result is { IsDuplicate: false, DeliveryIds.Count: > 0 })
            {
                wake.ExpectCommit(transaction);
            }

            return result;
        }
        catch (Exception e)
        {
            span.Failed(e);
            throw;
        }
    }

    private async Task<ArtifactOutcome> ReleaseAsync(WebhookArtifact artifact, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var release = admission.Admit(artifact);
        await gate.OpenAsync(cancellationToken);
        var outcome = await store.ReleaseHoldAsync(release, transaction, cancellationToken);
        if (outcome == ArtifactOutcome.Released)
        {
            wake.ExpectCommit(transaction);
        }

        return outcome;
    }
}
