using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Leases due deliveries, fairly across endpoints.</summary>
internal sealed class SqliteClaim(SqliteDatabase database)
{
    /// <summary>How many rows one transaction moves before it takes what is there, so that the write lock is never held for long.</summary>
    private const int Batch = 1000;

    private const string RunOut = "status = 1 AND lease_until <= ?1 AND lease_owner <> ?2 AND key NOT IN (SELECT value FROM json_each(?3))";

    private static readonly Sql AnyDue = new(
        $"""
        SELECT EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 0 AND gate = 1 AND due_at <= ?1)
            OR EXISTS (SELECT 1 FROM outbox_delivery WHERE {RunOut})
        """);

    private static readonly Sql ExpireLeases = new(
        $"""
        UPDATE outbox_delivery SET status = 0, gate = 0, lease_owner = NULL, lease_until = NULL
        WHERE key IN (SELECT key FROM outbox_delivery WHERE {RunOut} LIMIT {Batch})
        """);

    private static readonly Sql Promote = new(
        $"""
        UPDATE outbox_delivery SET gate = 0
        WHERE key IN (SELECT key FROM outbox_delivery WHERE status = 0 AND gate = 1 AND due_at <= ?1 ORDER BY due_at LIMIT {Batch})
        """);

    // Without LIMIT ?: SQLite plans a statement anew whenever that parameter changes, which took a fifth of a drain's time.
    private static readonly Sql OldestOfLane = new(
        """
        SELECT d.key, d.lease_token, d.id, d.profile, d.ship_transcript, d.failed_tries, v.id, v.type, v.tenant, v.occurred_at, v.headers, v.data, d.ordering_key IS NOT NULL,
            d.enqueued_at, v.trace_parent,
            CASE WHEN d.lease_token = 0 AND d.due_at > d.enqueued_at AND EXISTS (SELECT 1 FROM outbox_hold WHERE event_key = d.event_key) THEN d.due_at - d.enqueued_at END
        FROM outbox_delivery d CROSS JOIN outbox_event v ON v.key = d.event_key
        WHERE d.status = 0 AND d.gate = 0 AND d.endpoint_key = ?1
        ORDER BY d.due_at, d.key
        """);

    private static readonly Sql Lease = new(
        """
        UPDATE outbox_delivery SET status = 1, lease_token = lease_token + 1, lease_owner = ?1, lease_until = ?2
        WHERE key IN (SELECT value FROM json_each(?3))
        """);

    private static readonly Sql TryWith = new("UPDATE outbox_endpoint SET blocked_until = ?2, probe_key = ?3 WHERE key = ?1");
    private static readonly Sql Pace = new("UPDATE outbox_endpoint SET paced_until = ?2 WHERE key = ?1");

    private readonly SqliteLanes _lanes = new();

    public ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        request.Limit <= 0
            ? ValueTask.FromResult(ClaimResult.Nothing)
            : database.UseWriterAsync(session => Claim(session, request, cancellationToken), cancellationToken);

    private ClaimResult Claim(SqliteSession session, ClaimRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var now = database.Now;

            // A look takes no lock, so a dispatcher with nothing to do never waits for the host's own transactions.
            var blocked = SqliteBlocks.Read(session, now);
            var (claimable, full) = _lanes.Look(session, request, now, blocked);
            if (!claimable && !IsAnyDue(session, request, now))
            {
                return full ? new ClaimResult([], More: true) : ClaimResult.Nothing;
            }

            var allPromoted = true;
            var claimed = session.Transact(_ =>
            {
                allPromoted = MakeReady(session, request, now);
                return Take(session, request, now, blocked, cancellationToken);
            });
            if (claimed.Deliveries.Count > 0 || allPromoted)
            {
                return allPromoted ? claimed : claimed with { More = true };
            }
        }
    }

    private static bool IsAnyDue(SqliteSession session, ClaimRequest request, long now)
    {
        var row = session.Use(AnyDue).Bind(1, now).Bind(2, request.Owner).BindKeys(3, request.Unsettled);
        row.Step();
        var any = row.Flag(0);
        row.Reset();
        return any;
    }

    /// <summary>Puts what has become due into the lanes. False where there may be more of it than one batch.</summary>
    private static bool MakeReady(SqliteSession session, ClaimRequest request, long now)
    {
        var expired = session.Use(ExpireLeases).Bind(1, now).Bind(2, request.Owner).BindKeys(3, request.Unsettled).Run();
        var promoted = session.Use(Promote).Bind(1, now).Run();
        return expired < Batch && promoted < Batch;
    }

    private ClaimResult Take(
        SqliteSession session, ClaimRequest request, long now, IReadOnlyList<long> blocked, CancellationToken cancellationToken)
    {
        // One lane more than there are slots tells whether anything is left for the next claim.
        var lanes = new List<Lane>();
        var more = _lanes.Collect(session, request, now, blocked, request.Limit + 1, lanes);
        if (lanes.Count > request.Limit)
        {
            lanes.RemoveAt(request.Limit);
            more = true;
        }

        var claimed = new List<ClaimedDelivery>(Math.Min(request.Limit, 256));
        var leaseUntil = now + (long)request.Lease.TotalMilliseconds;
        for (var turns = lanes.Count; turns > 0 && claimed.Count < request.Limit; turns = Open(lanes))
        {
            // The free slots are shared out evenly; what a lane with less to send leaves over goes round again.
            var share = Math.Max(1, (request.Limit - claimed.Count) / turns);
            var first = claimed.Count;
            foreach (var lane in lanes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var wanted = Math.Min(Math.Min(share, lane.Room), request.Limit - claimed.Count);
                if (wanted > 0 && lane.HasMore)
                {
                    TakeFrom(session, lane, wanted, now, claimed);
                    Limit(session, lane, claimed, now, leaseUntil);
                    _lanes.Served(lane);
                }
            }

            var keys = claimed.GetRange(first, claimed.Count - first).ConvertAll(delivery => delivery.Key);
            session.Use(Lease).Bind(1, request.Owner).Bind(2, leaseUntil).BindKeys(3, keys).Run();
        }

        return new ClaimResult(claimed, more || lanes.Exists(lane => lane.HasMore));
    }

    private static int Open(List<Lane> lanes)
    {
        var open = 0;
        foreach (var lane in lanes)
        {
            open += lane is { HasMore: true, Room: > 0 } ? 1 : 0;
        }

        return open;
    }

    private static void TakeFrom(SqliteSession session, Lane lane, int wanted, long now, List<ClaimedDelivery> claimed)
    {
        var first = claimed.Count;
        var rows = session.Use(OldestOfLane).Bind(1, lane.Key);
        lane.HasMore = false;
        while (rows.Step())
        {
            if (claimed.Count - first == wanted)
            {
                lane.HasMore = true;
                rows.Reset();
                break;
            }

            claimed.Add(Read(rows, lane.Endpoint, now));
        }

        lane.Room -= claimed.Count - first;
        lane.Taken += claimed.Count - first;
    }

    /// <summary>What a half-open or paced endpoint has given is written down: no dispatcher takes more before its time.</summary>
    private static void Limit(SqliteSession session, Lane lane, List<ClaimedDelivery> claimed, long now, long leaseUntil)
    {
        if (lane.HalfOpen)
        {
            session.Use(TryWith).Bind(1, lane.Key).Bind(2, leaseUntil).Bind(3, claimed[^1].Key).Run();
        }

        if (lane.MaxPerSecond is { } perSecond)
        {
            session.Use(Pace).Bind(1, lane.Key).Bind(2, now + (lane.Taken * 1000L + perSecond - 1) / perSecond).Run();
        }

        lane.HasMore &= !(lane.Taken >= lane.Portion);
    }

    private static ClaimedDelivery Read(Statement row, ClaimedEndpoint endpoint, long now) => new()
    {
        Key = row.Int64(0),
        LeaseToken = row.Int64(1) + 1,
        Id = row.Text(2),
        Profile = row.Text(3),
        ShipTranscript = row.Flag(4),
        FailedTries = row.Int32(5),
        EventId = row.Text(6),
        EventType = row.Text(7),
        Tenant = row.TextOrNull(8),
        OccurredAt = row.Time(9),
        Headers = row.TextOrNull(10),
        Data = row.Bytes(11),
        Ordered = row.Flag(12),
        Age = TimeSpan.FromMilliseconds(now - row.Int64(13)),
        TraceParent = row.TextOrNull(14),
        HeldFor = row.Int64OrNull(15) is { } held ? TimeSpan.FromMilliseconds(held) : null,
        Endpoint = endpoint,
    };
}
