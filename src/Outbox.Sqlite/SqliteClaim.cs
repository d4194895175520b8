using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Leases due deliveries, fairly across endpoints.</summary>
internal sealed class SqliteClaim(SqliteDatabase database)
{
    /// <summary>Reads the index of lanes and nothing else.</summary>
    /// <remarks>Without LIMIT ?: SQLite plans a statement anew whenever that parameter changes, which took a fifth of a drain's time.</remarks>
    public static readonly Sql OldestOfLane = new(
        "SELECT key FROM outbox_delivery WHERE status = 0 AND gate = 0 AND endpoint_key = ?1 ORDER BY due_at, key");

    /// <summary>How many rows one transaction moves before it takes what is there, so that the write lock is never held for long.</summary>
    private const int Batch = 1000;

    private const string RunOut = "status = 1 AND lease_until <= ?1 AND lease_owner <> ?2 AND key NOT IN (SELECT value FROM json_each(?3))";

    private static readonly Sql AnyWork = new(
        $"""
        SELECT
            EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 0 AND gate = 0),
            EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 0 AND gate = 1 AND due_at <= ?1),
            EXISTS (SELECT 1 FROM outbox_delivery WHERE {RunOut})
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

    private static readonly Sql Chosen = new(
        """
        SELECT d.key, d.lease_token, d.id, d.profile, d.ship_transcript, d.failed_tries, v.id, v.type, v.tenant, v.occurred_at, v.headers, v.data, d.ordering_key IS NOT NULL,
            d.enqueued_at, v.trace_parent,
            CASE WHEN d.lease_token = 0 AND d.due_at > d.enqueued_at AND EXISTS (SELECT 1 FROM outbox_hold WHERE event_key = d.event_key) THEN d.due_at - d.enqueued_at END
        FROM json_each(?1) chosen CROSS JOIN outbox_delivery d ON d.key = chosen.value CROSS JOIN outbox_event v ON v.key = d.event_key
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
            var work = LookForWork(session, request, now);
            if (work == default)
            {
                return ClaimResult.Nothing;
            }

            var blocked = SqliteBlocks.Read(session, now);
            var (claimable, full) = _lanes.Look(session, request, now, blocked);
            if (!claimable && work is { Scheduled: false, RunOut: false })
            {
                return full ? new ClaimResult([], More: true) : ClaimResult.Nothing;
            }

            var allPromoted = true;
            var claimed = session.Transact(_ =>
            {
                allPromoted = MakeReady(session, request, now, work);
                return Take(session, request, now, blocked, cancellationToken);
            });
            if (claimed.Deliveries.Count > 0 || allPromoted)
            {
                return allPromoted ? claimed : claimed with { More = true };
            }
        }
    }

    private static Work LookForWork(SqliteSession session, ClaimRequest request, long now)
    {
        var row = session.Use(AnyWork).Bind(1, now).Bind(2, request.Owner).BindKeys(3, request.Unsettled);
        row.Step();
        var work = new Work(row.Flag(0), row.Flag(1), row.Flag(2));
        row.Reset();
        return work;
    }

    /// <summary>Puts what has become due into the lanes. False where there may be more of it than one batch.</summary>
    private static bool MakeReady(SqliteSession session, ClaimRequest request, long now, Work work)
    {
        // The two updates begin with all the table's indexes, and took 50 microseconds to find that there is nothing to do.
        var expired = work.RunOut ? session.Use(ExpireLeases).Bind(1, now).Bind(2, request.Owner).BindKeys(3, request.Unsettled).Run() : 0;
        var promoted = work.Scheduled ? session.Use(Promote).Bind(1, now).Run() : 0;
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

        var chosen = new List<(long Key, ClaimedEndpoint Endpoint)>(Math.Min(request.Limit, 256));
        var leaseUntil = now + (long)request.Lease.TotalMilliseconds;
        for (var turns = lanes.Count; turns > 0 && chosen.Count < request.Limit; turns = Open(lanes))
        {
            // The free slots are shared out evenly; what a lane with less to send leaves over goes round again.
            var share = Math.Max(1, (request.Limit - chosen.Count) / turns);
            foreach (var lane in lanes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var wanted = Math.Min(Math.Min(share, lane.Room), request.Limit - chosen.Count);
                if (wanted > 0 && lane.HasMore)
                {
                    ChooseFrom(session, lane, wanted, chosen);
                    Limit(session, lane, chosen[^1].Key, now, leaseUntil);
                    _lanes.Served(lane);
                }
            }
        }

        var keys = chosen.ConvertAll(delivery => delivery.Key);
        var claimed = Read(session, keys, chosen, now, cancellationToken);
        session.Use(Lease).Bind(1, request.Owner).Bind(2, leaseUntil).BindKeys(3, keys).Run();
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

    private static void ChooseFrom(SqliteSession session, Lane lane, int wanted, List<(long Key, ClaimedEndpoint Endpoint)> chosen)
    {
        // What earlier turns chose still stands at the lane's head.
        var (first, end) = (lane.Taken, lane.Taken + wanted);
        var rows = session.Use(OldestOfLane).Bind(1, lane.Key);
        lane.HasMore = false;
        for (var i = 0; !lane.HasMore && rows.Step(); i++)
        {
            if (i == end)
            {
                lane.HasMore = true;
                rows.Reset();
            }
            else if (i >= first)
            {
                chosen.Add((rows.Int64(0), lane.Endpoint));
                lane.Room--;
                lane.Taken++;
            }
        }
    }

    /// <summary>What a half-open or paced endpoint has given is written down: no dispatcher takes more before its time.</summary>
    private static void Limit(SqliteSession session, Lane lane, long newest, long now, long leaseUntil)
    {
        if (lane.HalfOpen)
        {
            session.Use(TryWith).Bind(1, lane.Key).Bind(2, leaseUntil).Bind(3, newest).Run();
        }

        if (lane.MaxPerSecond is { } perSecond)
        {
            session.Use(Pace).Bind(1, lane.Key).Bind(2, now + (lane.Taken * 1000L + perSecond - 1) / perSecond).Run();
        }

        lane.HasMore &= !(lane.Taken >= lane.Portion);
    }

    private static List<ClaimedDelivery> Read(
        SqliteSession session, List<long> keys, List<(long Key, ClaimedEndpoint Endpoint)> chosen, long now, CancellationToken cancellationToken)
    {
        var claimed = new List<ClaimedDelivery>(chosen.Count);
        var rows = session.Use(Chosen).BindKeys(1, keys);
        while (rows.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            claimed.Add(Read(rows, chosen[claimed.Count].Endpoint, now));
        }

        return claimed;
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

    /// <summary>What there is to do: deliveries in lanes, schedules that have come due, leases that have run out.</summary>
    private readonly record struct Work(bool Ready, bool Scheduled, bool RunOut);
}
