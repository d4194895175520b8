using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Diagnostics;

/// <summary>The chosen store's management side with each operation measured.</summary>
internal sealed class MeasuredDeliveryStore(IDeliveryStore store, StoreMeter meter) : IDeliveryStore
{
    public ValueTask<DeliveryDetails?> GetAsync(string id, CancellationToken cancellationToken) =>
        meter.MeasureAsync("get_delivery", () => store.GetAsync(id, cancellationToken));

    public ValueTask<DeliveryPage> ListAsync(DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken) =>
        meter.MeasureAsync("list_deliveries", () => store.ListAsync(filter, limit, cursor, cancellationToken));

    public ValueTask<IReadOnlyList<HeldArtifact>> ListHeldAsync(int limit, CancellationToken cancellationToken) =>
        meter.MeasureAsync("list_held", () => store.ListHeldAsync(limit, cancellationToken));

    public ValueTask<WebhookBacklog> CountBacklogAsync(CancellationToken cancellationToken) =>
        meter.MeasureAsync("count_backlog", () => store.CountBacklogAsync(cancellationToken));

    public ValueTask<ReplayBatch> ReplayAsync(
        string? deliveryId, DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken) =>
        meter.MeasureAsync("replay", () => store.ReplayAsync(deliveryId, filter, limit, cursor, cancellationToken));

    public ValueTask<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken) =>
        meter.MeasureAsync("cancel", () => store.CancelAsync(id, reason, cancellationToken));

    public ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken) =>
        meter.MeasureAsync("erase", () => store.EraseAsync(subject, tenant, cancellationToken));
}
