using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>Stores an event, its holds, and one delivery for each endpoint that matches.</summary>
internal sealed class LiteDbEnqueue(LiteDbDatabase database)
{
    public EnqueueResult Store(LiteDbSession session, NewEvent newEvent)
    {
        if (newEvent.IdempotencyKey is { } key && First(session, newEvent.Tenant, key) is { } first)
        {
            return new EnqueueResult(first.Id, [.. session.DeliveriesOf(first.Key).Select(row => row.Id)], IsDuplicate: true);
        }

        var now = database.Now;
        var matching = Matching(session, newEvent, now);
        var row = new EventRow
        {
            Key = database.File.NextKey(session, EventRow.Collection),
            Id = newEvent.Id,
            Type = newEvent.Type,
            Tenant = newEvent.Tenant,
            Subject = newEvent.Subject,
            Scopes = newEvent.Scopes,
            OrderingKey = newEvent.OrderingKey,
            IdempotencyKey = newEvent.IdempotencyKey,
            OccurredAt = newEvent.OccurredAt?.ToUnixTimeMilliseconds() ?? now,
            EnqueuedAt = now,
            Headers = newEvent.Headers,
            TraceParent = newEvent.TraceParent,
            Data = newEvent.Data.ToArray(),
            Holds = [.. newEvent.Holds.Select(hold => new HoldRow(hold.Artifact, now + (long)hold.Deadline.TotalMilliseconds, ReleasedAt: null))],
            Unowed = matching.Count == 0,
        };
        session.Insert(EventRow.Collection, row.ToDocument());

        List<DeliveryRow> deliveries = [.. matching.Select(endpoint => Owe(session, row, endpoint))];
        session.Insert(deliveries);
        return new EnqueueResult(row.Id, [.. deliveries.Select(delivery => delivery.Id)], IsDuplicate: false);
    }

    /// <summary>Nothing guards the key but this look: every writer of the process waits for its turn, and there is no other process.</summary>
    private static EventRow? First(LiteDbSession session, string? tenant, string key) =>
        session.First(EventRow.Collection, "$.idempotency_key = @0", EventRow.Idempotency(tenant, key)) is { } document ? EventRow.Read(document) : null;

    private static List<EndpointRow> Matching(LiteDbSession session, NewEvent newEvent, long now) =>
    [
        .. Candidates(session, newEvent)
            .Where(row => row.Value.Tenant is null || string.Equals(row.Value.Tenant, newEvent.Tenant, StringComparison.Ordinal))
            .Where(row => newEvent.OnlyEndpointId is not null || Wants(row.Value, newEvent, now))
            .OrderBy(row => row.Key),
    ];

    private static IEnumerable<EndpointRow> Candidates(LiteDbSession session, NewEvent newEvent) =>
        newEvent.OnlyEndpointId is not { } only ? newEvent.Scopes.SelectMany(session.EndpointsOf)
        : session.Endpoint(only) is { } one ? [one]
        : [];

    private static bool Wants(StoredEndpoint endpoint, NewEvent newEvent, long now) =>
        !(endpoint.ExpiresAt?.ToUnixTimeMilliseconds() <= now)
        && (endpoint.EventTypes.Count == 0 || endpoint.EventTypes.Contains(newEvent.Type, StringComparer.Ordinal));

    private DeliveryRow Owe(LiteDbSession session, EventRow row, EndpointRow endpoint) => new()
    {
        Key = database.File.NextKey(session, DeliveryRow.Collection),
        Id = DeliveryIds.For(row.Id, endpoint.Key),
        EventKey = row.Key,
        EndpointKey = endpoint.Key,
        Type = row.Type,
        Tenant = row.Tenant,
        Profile = endpoint.Value.Profile,
        ShipTranscript = endpoint.Value.ShipTranscript,
        EnqueuedAt = row.EnqueuedAt,
        OrderingKey = row.OrderingKey,
        Status = endpoint.IsDisabled ? DeliveryStatus.Parked : DeliveryStatus.Waiting,
        Gate = row.OrderingKey is { } key && LiteDbOrdering.IsTaken(session, endpoint.Key, key) ? Gate.Queued
            : row.Holds.Count > 0 || endpoint.IsDisabled ? Gate.Scheduled
            : Gate.Ready,
        DueAt = row.Holds.Select(hold => hold.Deadline).Append(row.EnqueuedAt).Max(),
    };
}
