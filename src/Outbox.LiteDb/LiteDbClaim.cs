using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>Leases due deliveries, fairly across endpoints: finds and takes them in one transaction on one thread, which no other writer can come between.</summary>
internal sealed class LiteDbClaim(LiteDbDatabase database)
{
    /// <summary>How many rows are moved before what is there is taken, so that the turn to write is never kept for long.</summary>
    private const int Batch = 1000;

    private readonly LiteDbLanes _lanes = new();

    public ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        request.Limit <= 0
            ? ValueTask.FromResult(ClaimResult.Nothing)
            : database.WriteAsync(session => Claim(session, request, cancellationToken), cancellationToken);

    private ClaimResult Claim(LiteDbSession session, ClaimRequest request, CancellationToken cancellationToken)
    {
        var now = database.Now;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var allReady = MakeReady(session, request, now);
            var claimed = Take(session, request, now);
            if (claimed.Deliveries.Count > 0 || allReady)
            {
                return allReady ? claimed : claimed with { More = true };
            }
        }
    }

    /// <summary>Puts what has become due into the lanes. False where there may be more of it than one batch.</summary>
    private static bool MakeReady(LiteDbSession session, ClaimRequest request, long now)
    {
        // All that have run out are read: they are no more than what is on the wire.
        var expired = session.Between(Queue.Leased(0), Queue.Leased(now), int.MaxValue)
            .Where(row => !string.Equals(row.LeaseOwner, request.Owner, StringComparison.Ordinal) && !request.Unsettled.Contains(row.Key))
            .ToList();
        expired.ForEach(row => row.TakeBack());

        var due = session.Between(Queue.Scheduled(Gate.Scheduled, 0), Queue.Scheduled(Gate.Scheduled, now), Batch);
        due.ForEach(row => row.Gate = Gate.Ready);

        session.Update([.. expired, .. due]);
        return due.Count < Batch;
    }

    private ClaimResult Take(LiteDbSession session, ClaimRequest request, long now)
    {
        // One lane more than there are slots tells whether anything is left for the next claim.
        var lanes = new List<Lane>();
        var more = _lanes.Collect(session, request, now, request.Limit + 1, lanes);
        if (lanes.Count > request.Limit)
        {
            lanes.RemoveAt(request.Limit);
            more = true;
        }

        var claimed = new List<ClaimedDelivery>(Math.Min(request.Limit, 256));
        var events = new Dictionary<long, EventRow>();
        var leaseUntil = now + (long)request.Lease.TotalMilliseconds;
        for (var turns = lanes.Count; turns > 0 && claimed.Count < request.Limit; turns = lanes.Count(lane => lane is { HasMore: true, Room: > 0 }))
        {
            // The free slots are shared out evenly; what a lane with less to send leaves over goes round again.
            var share = Math.Max(1, (request.Limit - claimed.Count) / turns);
            foreach (var lane in lanes)
            {
                var wanted = Math.Min(Math.Min(share, lane.Room), request.Limit - claimed.Count);
                if (wanted > 0 && lane.HasMore)
                {
                    var rows = TakeFrom(session, lane, wanted);
                    rows.ForEach(row => row.Lease(request.Owner, leaseUntil));
                    session.Update(rows);
                    claimed.AddRange(rows.Select(row => Claimed(row, EventOf(session, row, events), lane.Endpoint, now)));
                    Limit(session, lane, rows[^1].Key, now, leaseUntil);
                    _lanes.Served(lane);
                }
            }
        }

        return new ClaimResult(claimed, more || lanes.Exists(lane => lane.HasMore));
    }

    private static List<DeliveryRow> TakeFrom(LiteDbSession session, Lane lane, int wanted)
    {
        var rows = session.At(Queue.Lane(lane.Row.Key), wanted + 1);
        lane.HasMore = rows.Count > wanted;
        if (lane.HasMore)
        {
            rows.RemoveAt(wanted);
        }

        lane.Room -= rows.Count;
        lane.Taken += rows.Count;
        return rows;
    }

    /// <summary>What a half-open or paced endpoint has given is written down: no claim takes more before its time.</summary>
    private static void Limit(LiteDbSession session, Lane lane, long lastKey, long now, long leaseUntil)
    {
        var row = lane.Row;
        if (row.Portion is not { } portion)
        {
            return;
        }

        lane.HasMore &= lane.Taken < portion;
        if (row.IsHalfOpen)
        {
            row.Value = row.Value with { BlockedUntil = DateTimeOffset.FromUnixTimeMilliseconds(leaseUntil) };
            row.Probe = lastKey;
        }

        if (row.Value.MaxPerSecond is { } perSecond)
        {
            row.PacedUntil = now + ((lane.Taken * 1000L) + perSecond - 1) / perSecond;
        }

        session.Update(row);
    }

    private static EventRow EventOf(LiteDbSession session, DeliveryRow delivery, Dictionary<long, EventRow> seen)
    {
        if (!seen.TryGetValue(delivery.EventKey, out var row))
        {
            row = session.Event(delivery.EventKey)
                ?? throw new OutboxStoreException($"The event of the delivery '{delivery.Id}' is missing: something else than the outbox has changed its collections. Restore them from a backup.");
            seen.Add(row.Key, row);
            if (row is { Frozen: false, Holds.Count: > 0 })
            {
                row.Frozen = true;
                session.Update(row);
            }
        }

        return row;
    }

    private static ClaimedDelivery Claimed(DeliveryRow row, EventRow of, ClaimedEndpoint endpoint, long now) => new()
    {
        Key = row.Key,
        LeaseToken = row.LeaseToken,
        Id = row.Id,
        Profile = row.Profile,
        ShipTranscript = row.ShipTranscript,
        FailedTries = (int)row.FailedTries,
        EventId = of.Id,
        EventType = of.Type,
        Tenant = of.Tenant,
        OccurredAt = DateTimeOffset.FromUnixTimeMilliseconds(of.OccurredAt),
        Headers = of.Headers,
        Data = of.Data,
        Age = TimeSpan.FromMilliseconds(now - row.EnqueuedAt),
        HeldFor = row is { IsFirstLease: true } && of.Holds.Count > 0 && row.DueAt > row.EnqueuedAt ? TimeSpan.FromMilliseconds(row.DueAt - row.EnqueuedAt) : null,
        TraceParent = of.TraceParent,
        Ordered = row.OrderingKey is not null,
        Endpoint = endpoint,
    };
}
