using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

internal sealed class Pruning(Tables tables)
{
    public int Prune(PruneRequest request)
    {
        lock (tables.Lock)
        {
            var now = tables.Now;
            var old = tables.Deliveries.Where(row => row.ClosedAt + Kept(row, request) <= now).Take(request.BatchSize).ToHashSet();
            tables.Deliveries.RemoveAll(old.Contains);

            var left = tables.Deliveries.Select(row => row.Event).ToHashSet();
            var events = tables.Events
                .Where(row => row.EnqueuedAt + request.KeepDelivered <= now && !left.Contains(row))
                .Take(request.BatchSize)
                .ToHashSet();
            tables.Events.RemoveAll(events.Contains);

            var used = tables.Deliveries.Select(row => row.Endpoint).ToHashSet();
            var endpoints = tables.Endpoints
                .Where(row => (row.Deleted || row.Value.ExpiresAt + request.KeepDelivered <= now) && !used.Contains(row))
                .Take(request.BatchSize)
                .ToHashSet();
            tables.Endpoints.RemoveAll(endpoints.Contains);

            return old.Count + events.Count + endpoints.Count;
        }
    }

    private static TimeSpan Kept(DeliveryRow row, PruneRequest request) =>
        row.Status == DeliveryStatus.Exhausted ? request.KeepExhausted : request.KeepDelivered;
}
