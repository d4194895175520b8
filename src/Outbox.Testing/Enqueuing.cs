using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

internal sealed class Enqueuing(Tables tables)
{
    public EnqueueResult Enqueue(NewEvent newEvent)
    {
        lock (tables.Lock)
        {
            if (newEvent.IdempotencyKey is not null && Earlier(newEvent) is { } first)
            {
                return new(first.Value.Id, IdsOf(first), IsDuplicate: true);
            }

            var now = tables.Now;
            var row = new EventRow
            {
                // The caller may use its buffer again: keep a copy.
                Value = newEvent with { Data = newEvent.Data.ToArray(), Scopes = [.. newEvent.Scopes], Holds = [.. newEvent.Holds] },
                OccurredAt = newEvent.OccurredAt ?? now,
                EnqueuedAt = now,
                Holds = [.. newEvent.Holds.Select(hold => new HoldRow(hold.Artifact, now + hold.Deadline))],
            };
            tables.Events.Add(row);
            var matching = tables.Endpoints.Where(endpoint => Matches(endpoint, newEvent, now));
            tables.Deliveries.AddRange(matching.Select(endpoint => Owe(row, endpoint)));
            return new(newEvent.Id, IdsOf(row), IsDuplicate: false);
        }
    }

    private static bool Matches(EndpointRow row, NewEvent newEvent, DateTimeOffset now)
    {
        var endpoint = row.Value;
        return !row.Deleted
            && (endpoint.Tenant is null || endpoint.Tenant == newEvent.Tenant)
            && (newEvent.OnlyEndpointId is { } only ? endpoint.Id == only : Wants(endpoint, newEvent, now));
    }

    private static bool Wants(StoredEndpoint endpoint, NewEvent newEvent, DateTimeOffset now) =>
        !(endpoint.ExpiresAt <= now)
            && newEvent.Scopes.Contains(endpoint.Scope, StringComparer.Ordinal)
            && (endpoint.EventTypes.Count == 0 || endpoint.EventTypes.Contains(newEvent.Type, StringComparer.Ordinal));

    private DeliveryRow Owe(EventRow row, EndpointRow endpoint) => new()
    {
        Key = tables.NextKey(),
        Id = DeliveryIds.For(row.Value.Id, endpoint.Key),
        Event = row,
        Endpoint = endpoint,
        Profile = endpoint.Value.Profile,
        ShipTranscript = endpoint.Value.ShipTranscript,
        OrderingKey = row.Value.OrderingKey,
        Status = endpoint.Disabled ? DeliveryStatus.Parked : DeliveryStatus.Waiting,
        DueAt = row.Holds.Select(hold => hold.Deadline).DefaultIfEmpty(row.EnqueuedAt).Max(),
        DueAtOnce = row.Holds.Count == 0,
    };

    private EventRow? Earlier(NewEvent newEvent) => tables.Events.Find(row =>
        row.Value.IdempotencyKey == newEvent.IdempotencyKey && row.Value.Tenant == newEvent.Tenant);

    private string[] IdsOf(EventRow row) => [.. tables.Deliveries.Where(delivery => delivery.Event == row).Select(delivery => delivery.Id)];
}
