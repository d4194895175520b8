using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

internal sealed class InMemoryDeliveryStore(Tables tables, Claiming claiming) : IDeliveryStore
{
    public ValueTask<DeliveryDetails?> GetAsync(string id, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            return new(Find(id) is { } row ? DeliveryViews.Details(row) : null);
        }
    }

    public ValueTask<DeliveryPage> ListAsync(DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var before = cursor is null ? long.MaxValue : StoreCursor.Parse(cursor, 1)[0];
        lock (tables.Lock)
        {
            var rows = tables.Deliveries
                .Where(row => row.Key < before && Matches(row, filter))
                .OrderByDescending(row => row.Key)
                .Take(limit + 1)
                .ToList();
            var next = rows.Count > limit ? StoreCursor.Format(rows[limit - 1].Key) : null;
            return new(new DeliveryPage([.. rows.Take(limit).Select(DeliveryViews.Info)], next));
        }
    }

    public ValueTask<IReadOnlyList<HeldArtifact>> ListHeldAsync(int limit, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            var held =
                from row in tables.Deliveries
                    .Where(row => row.Status is DeliveryStatus.Waiting or DeliveryStatus.Parked)
                    .Select(row => row.Event)
                    .Distinct()
                where row.Value.Subject is not null
                from hold in row.OpenHolds
                orderby hold.Deadline
                select new HeldArtifact(row.Value.Id, row.Value.Tenant, row.Value.Subject!, hold.Artifact, hold.Deadline);
            return new([.. held.Take(limit)]);
        }
    }

    public ValueTask<WebhookBacklog> CountBacklogAsync(CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            int Count(DeliveryStatus status) => tables.Deliveries.Count(row => row.Status == status);
            return new(new WebhookBacklog
            {
                Waiting = Count(DeliveryStatus.Waiting),
                Delivering = Count(DeliveryStatus.Delivering),
                Parked = Count(DeliveryStatus.Parked),
                Exhausted = Count(DeliveryStatus.Exhausted),
                DisabledEndpoints = tables.Endpoints.Count(endpoint => endpoint is { Disabled: true, Deleted: false }),
                OldestDue = claiming.OldestDue(),
            });
        }
    }

    public ValueTask<ReplayBatch> ReplayAsync(
        string? deliveryId, DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            var place = cursor is null ? [0, tables.Deliveries.LastOrDefault()?.Key ?? 0] : StoreCursor.Parse(cursor, 2);
            var rows = tables.Deliveries
                .Where(row => row.Key > place[0] && row.Key <= place[1])
                .Where(row => !row.IsOpen && !row.Event.Erased && !row.Endpoint.Deleted)
                .Where(row => (deliveryId is null || row.Id == deliveryId) && Matches(row, filter))
                .Take(limit)
                .ToList();
            foreach (var row in rows)
            {
                row.ClosedAt = null;
                row.FailedTries = 0;
                row.WaitUntil(tables.Now, atOnce: true);
                row.Status = row.Endpoint.Disabled ? DeliveryStatus.Parked : DeliveryStatus.Waiting;
            }

            return new(new ReplayBatch(rows.Count, rows.Count == limit ? StoreCursor.Format(rows[^1].Key, place[1]) : null));
        }
    }

    public ValueTask<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            if (Find(id) is not { IsOpen: true } row)
            {
                return new(false);
            }

            row.Cancel(reason, tables.Now);
            return new(true);
        }
    }

    public ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            var events = tables.Events
                .Where(row => row.Value.Subject == subject && (tenant is null || row.Value.Tenant == tenant))
                .ToHashSet();
            var deliveries = tables.Deliveries.Where(row => events.Contains(row.Event)).ToList();
            var open = deliveries.Where(row => row.IsOpen).ToList();
            var scope = WebhookScope.Call(subject).ToString();
            var endpoints = tables.Endpoints
                .Where(row => !row.Deleted && row.Value.Scope == scope && (tenant is null || row.Value.Tenant == tenant))
                .ToList();

            open.ForEach(row => row.Cancel("erased", tables.Now));
            deliveries.ForEach(EraseAnswers);
            endpoints.ForEach(InMemoryEndpointStore.Delete);
            foreach (var row in events)
            {
                row.ErasedAt = tables.Now;
                row.Holds.Clear();
                row.Value = new() { Id = row.Value.Id, Type = row.Value.Type, Tenant = row.Value.Tenant, Scopes = [], Data = "{}"u8.ToArray() };
            }

            return new(new ErasureResult(events.Count, open.Count, endpoints.Count));
        }
    }

    private static void EraseAnswers(DeliveryRow row)
    {
        row.OrderingKey = null;
        var kept = row.Attempts.Select(attempt => attempt with { Detail = null, Excerpt = null }).ToList();
        row.Attempts.Clear();
        row.Attempts.AddRange(kept);
    }

    private DeliveryRow? Find(string id) => tables.Deliveries.Find(row => row.Id == id);

    internal static bool Matches(DeliveryRow row, DeliveryFilter filter) =>
        (filter.Status is null || row.Status == filter.Status)
        && (filter.EndpointId is null || row.Endpoint.Value.Id == filter.EndpointId)
        && (filter.EventId is null || row.Event.Value.Id == filter.EventId)
        && (filter.EventType is null || row.Event.Value.Type == filter.EventType)
        && (filter.Subject is null || row.Event.Value.Subject == filter.Subject)
        && (filter.Tenant is null || row.Event.Value.Tenant == filter.Tenant)
        && (filter.SubjectPrefix is null || row.Event.Value.Subject?.StartsWith(filter.SubjectPrefix, StringComparison.Ordinal) is true)
        && (filter.EndpointTenant is null || row.Endpoint.Value.Tenant == filter.EndpointTenant)
        && (!filter.OpenOnly || row.IsOpen)
        && (filter.LastError is null || row.LastError == filter.LastError)
        && (filter.LastStatusCode is null || row.LastStatusCode == filter.LastStatusCode)
        && (filter.From is null || row.Event.EnqueuedAt >= filter.From)
        && (filter.Until is null || row.Event.EnqueuedAt < filter.Until);
}
