using System.Data.Common;
using Outbox.Dispatching;
using Outbox.Profiles;
using Outbox.Storage;

namespace Outbox.Events;

/// <summary>The door: validate, store in the caller's transaction, and hint that something is coming.</summary>
internal sealed class WebhookOutbox(
    EventAdmission admission,
    StoreGate gate,
    IOutboxStore store,
    IDeliveryStore deliveryStore,
    WakeSignal wake,
    ProfileCatalogue profiles,
    IWebhookEndpoints endpoints,
    IWebhookDeliveries deliveries) : IWebhookOutbox
{
    public IWebhookEndpoints Endpoints => endpoints;

    public IWebhookDeliveries Deliveries => deliveries;

    public IReadOnlyCollection<WebhookProfile> Profiles => profiles.All;

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

    private async Task<EnqueueResult> EnqueueCoreAsync(WebhookEvent webhookEvent, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var admitted = admission.Admit(webhookEvent);
        await gate.OpenAsync(cancellationToken);
        var result = await store.EnqueueAsync(admitted, transaction, cancellationToken);
        if (result is { IsDuplicate: false, DeliveryIds.Count: > 0 })
        {
            wake.ExpectCommit(transaction);
        }

        return result;
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
