using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

internal sealed class Claiming(Tables tables)
{
    private long _lastTurn;

    public ClaimResult Claim(ClaimRequest request)
    {
        lock (tables.Lock)
        {
            var now = tables.Now;
            TakeBackExpired(request, now);

            var claimed = new List<ClaimedDelivery>();
            var more = false;
            var turns = new Queue<Lane>(Lanes(request, now));
            while (claimed.Count < request.Limit && turns.TryDequeue(out var lane))
            {
                if (lane.Room <= 0)
                {
                    more = true;
                    continue;
                }

                claimed.Add(Lease(lane.Due.Dequeue(), request, now));
                _lastTurn = lane.Endpoint.Key;
                if (lane.Due.Count > 0 && lane.Portion > 1)
                {
                    turns.Enqueue(lane with { Room = lane.Room - 1, Portion = lane.Portion - 1 });
                }
            }

            return new(claimed, more || turns.Count > 0);
        }
    }

    public TimeSpan? NextDueIn()
    {
        lock (tables.Lock)
        {
            var now = tables.Now;
            var waits = FirstOfTheirKey()
                .Where(row => row.Status == DeliveryStatus.Waiting && row.Endpoint.TakesWork)
                .Select(row => (Due: row.IsDue(now) ? TimeSpan.Zero : row.DueAt - now, Opens: row.Endpoint.OpensIn(now)))
                .Select(wait => wait.Due > wait.Opens ? wait.Due : wait.Opens)
                .ToList();
            return waits.Count == 0 ? null : waits.Min();
        }
    }

    public TimeSpan? OldestDue()
    {
        lock (tables.Lock)
        {
            var now = tables.Now;
            var due = FirstOfTheirKey().Where(row => row.Status == DeliveryStatus.Waiting && row.IsDue(now) && row.Endpoint.TakesAll).ToList();
            return due.Count == 0 ? null : now > due.Min(row => row.DueAt) ? now - due.Min(row => row.DueAt) : TimeSpan.Zero;
        }
    }

    // The asking owner's own leases are left alone: the attempt may still be running in that very process, or its outcome wait to be stored.
    private void TakeBackExpired(ClaimRequest request, DateTimeOffset now)
    {
        foreach (var row in tables.Deliveries)
        {
            if (row.Status == DeliveryStatus.Delivering && row.LeaseUntil <= now && row.LeaseOwner != request.Owner && !request.Unsettled.Contains(row.Key))
            {
                row.WaitUntil(row.DueAt, atOnce: true);
            }
        }
    }

    // One lane for each open endpoint with due work, beginning with the one after the last that had a turn.
    private IEnumerable<Lane> Lanes(ClaimRequest request, DateTimeOffset now) =>
        from row in FirstOfTheirKey()
        where row.Status == DeliveryStatus.Waiting && row.IsDue(now) && row.Endpoint.TakesWork && row.Endpoint.Portion(now) > 0
        orderby row.DueAt, row.Key
        group row by row.Endpoint into due
        orderby due.Key.Key <= _lastTurn, due.Key.Key
        select new Lane(due.Key, new Queue<DeliveryRow>(due), Room(due.Key.Value, request), due.Key.Portion(now));

    private static int Room(StoredEndpoint endpoint, ClaimRequest request) =>
        Math.Min(endpoint.MaxInFlight ?? request.LimitPerEndpoint, request.MostPerEndpoint) - request.InFlight.GetValueOrDefault(endpoint.Id);

    // Of an ordering key, only the oldest open delivery, and none while another one is on the wire (it was replayed meanwhile).
    private IEnumerable<DeliveryRow> FirstOfTheirKey()
    {
        var taken = tables.Deliveries
            .Where(row => row.Status == DeliveryStatus.Delivering && row.Order is not null)
            .Select(row => row.Order!.Value)
            .ToHashSet();
        return tables.Deliveries.Where(row => row.IsOpen && (row.Order is not { } order || taken.Add(order)));
    }

    private static ClaimedDelivery Lease(DeliveryRow row, ClaimRequest request, DateTimeOffset now)
    {
        TimeSpan? held = row.LeaseToken == 0 && row.Event.Holds.Count > 0 && row.DueAt > row.Event.EnqueuedAt ? row.DueAt - row.Event.EnqueuedAt : null;
        row.Status = DeliveryStatus.Delivering;
        row.LeaseOwner = request.Owner;
        row.LeaseToken++;
        row.LeaseUntil = now + request.Lease;
        row.Event.Frozen = true;
        var endpoint = row.Endpoint.Value;
        row.Endpoint.Take(row, request.Lease, now);
        return new()
        {
            Key = row.Key,
            LeaseToken = row.LeaseToken,
            Id = row.Id,
            EventId = row.Event.Value.Id,
            EventType = row.Event.Value.Type,
            Tenant = row.Event.Value.Tenant,
            OccurredAt = row.Event.OccurredAt,
            Data = row.Event.Value.Data,
            Headers = row.Event.Value.Headers,
            Profile = row.Profile,
            ShipTranscript = row.ShipTranscript,
            FailedTries = row.FailedTries,
            Age = now - row.Event.EnqueuedAt,
            HeldFor = held,
            TraceParent = row.Event.Value.TraceParent,
            Ordered = row.OrderingKey is not null,
            Endpoint = new()
            {
                Id = endpoint.Id,
                Url = endpoint.Url,
                Tenant = endpoint.Tenant,
                Secrets = endpoint.Secrets,
                FailuresInARow = endpoint.FailuresInARow,
                FailingFor = now - (endpoint.FailingSince ?? now),
            },
        };
    }

    private sealed record Lane(EndpointRow Endpoint, Queue<DeliveryRow> Due, int Room, int Portion);
}
