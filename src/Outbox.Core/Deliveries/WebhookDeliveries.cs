using Outbox.Dispatching;
using Outbox.Storage;

namespace Outbox.Deliveries;

/// <summary>The management door to deliveries.</summary>
internal sealed class WebhookDeliveries(IDeliveryStore store, StoreGate gate, WakeSignal wake) : IWebhookDeliveries
{
    private const int MaxPage = 500;
    private const int ReplayAtOnce = 500;

    public async Task<DeliveryDetails?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        await gate.OpenAsync(cancellationToken);
        return await store.GetAsync(id, cancellationToken);
    }

    public async Task<DeliveryPage> ListAsync(
        DeliveryFilter filter, int limit = 50, string? cursor = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (limit is < 1 or > MaxPage)
        {
            throw new WebhookValidationException("limit", $"The limit is {limit}; give 1 to {MaxPage}, and follow the cursor for more.");
        }

        await gate.OpenAsync(cancellationToken);
        return await store.ListAsync(filter, limit, cursor, cancellationToken);
    }

    public async Task<WebhookBacklog> CountBacklogAsync(CancellationToken cancellationToken = default)
    {
        await gate.OpenAsync(cancellationToken);
        return await store.CountBacklogAsync(cancellationToken);
    }

    public async Task<bool> ReplayAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        await gate.OpenAsync(cancellationToken);
        var batch = await store.ReplayAsync(id, new DeliveryFilter(), limit: 1, cursor: null, cancellationToken);
        wake.Wake();
        return batch.Replayed > 0;
    }

    public async Task<int> ReplayAsync(
        DeliveryFilter filter, IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var status = filter.Status ?? DeliveryStatus.Exhausted;
        if (status is DeliveryStatus.Waiting or DeliveryStatus.Delivering or DeliveryStatus.Parked)
        {
            throw new WebhookValidationException(
                "status", $"Deliveries that are {status} are on their way already. Replay those that are {DeliveryStatus.Exhausted}, {DeliveryStatus.Cancelled} or {DeliveryStatus.Delivered}.");
        }

        await gate.OpenAsync(cancellationToken);
        var closed = filter with { Status = status };
        var replayed = 0;
        string? cursor = null;
        do
        {
            var batch = await store.ReplayAsync(deliveryId: null, closed, ReplayAtOnce, cursor, cancellationToken);
            replayed += batch.Replayed;
            cursor = batch.NextCursor;
            wake.Wake();
            progress?.Report(replayed);
        }
        while (cursor is not null);
        return replayed;
    }

    public async Task<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        OperatorReason.Check(reason);
        await gate.OpenAsync(cancellationToken);
        var cancelled = await store.CancelAsync(id, reason, cancellationToken);

        // The next of its ordering key may go now.
        wake.Wake();
        return cancelled;
    }
}
