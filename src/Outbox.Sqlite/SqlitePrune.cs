using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Deletes what is past its retention, one bounded batch at a time.</summary>
internal sealed class SqlitePrune(SqliteDatabase database)
{
    /// <summary>So many newer events in a row mean that the older ones are all seen: keys and times run together but for clocks set back.</summary>
    private const int NewerInARow = 200;

    private static readonly Sql Closed = new(
        "SELECT key, event_key FROM outbox_delivery WHERE status = ?1 AND closed_at <= ?2 ORDER BY closed_at LIMIT ?3");

    private static readonly Sql EventsByAge = new(
        "SELECT key, enqueued_at, EXISTS (SELECT 1 FROM outbox_delivery d WHERE d.event_key = v.key) FROM outbox_event v ORDER BY key");

    private const string UnusedEndpoints =
        """
        SELECT key FROM outbox_endpoint e WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM outbox_delivery d WHERE d.endpoint_key = e.key)
        UNION ALL
        SELECT key FROM outbox_endpoint e WHERE expires_at IS NOT NULL AND expires_at <= ?1 AND deleted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM outbox_delivery d WHERE d.endpoint_key = e.key)
        """;

    private static readonly Sql AnyUnusedEndpoint = new($"SELECT EXISTS ({UnusedEndpoints})");
    private static readonly Sql DeleteUnusedEndpoints = new($"DELETE FROM outbox_endpoint WHERE key IN ({UnusedEndpoints} LIMIT ?2)");
    private static readonly Sql DeleteAttempts = new("DELETE FROM outbox_attempt WHERE delivery_key = ?1");
    private static readonly Sql DeleteDelivery = new("DELETE FROM outbox_delivery WHERE key = ?1 AND status IN (2, 3, 5)");
    private static readonly Sql DeleteHolds = new("DELETE FROM outbox_hold WHERE event_key = ?1");

    private static readonly Sql DeleteEvent = new(
        "DELETE FROM outbox_event WHERE key = ?1 AND enqueued_at <= ?2 AND NOT EXISTS (SELECT 1 FROM outbox_delivery WHERE event_key = ?1)");

    public async ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken)
    {
        var now = database.Now;
        var keepFrom = now - (long)request.KeepDelivered.TotalMilliseconds;
        var exhaustedFrom = now - (long)request.KeepExhausted.TotalMilliseconds;
        var found = database.Read(session => Find(session, request.BatchSize, keepFrom, exhaustedFrom, cancellationToken));
        return found.IsEmpty
            ? 0
            : await database.WriteAsync(session => Delete(session, found, request.BatchSize, keepFrom, cancellationToken), cancellationToken);
    }

    private static Prunable Find(SqliteSession session, int limit, long keepFrom, long exhaustedFrom, CancellationToken cancellationToken)
    {
        var found = new Prunable();
        foreach (var (status, before) in new[] { (2L, keepFrom), (5L, keepFrom), (3L, exhaustedFrom) })
        {
            var rows = session.Use(Closed).Bind(1, status).Bind(2, before).Bind(3, limit - found.Count);
            while (rows.Step())
            {
                found.Deliveries.Add((rows.Int64(0), rows.Int64(1)));
            }
        }

        FindEvents(session, limit, keepFrom, found, cancellationToken);
        var row = session.Use(AnyUnusedEndpoint).Bind(1, keepFrom);
        row.Step();
        found.AnyEndpoint = row.Flag(0);
        row.Reset();
        return found;
    }

    private static void FindEvents(SqliteSession session, int limit, long keepFrom, Prunable found, CancellationToken cancellationToken)
    {
        var newer = 0;
        var rows = session.Use(EventsByAge);
        while (found.Count < limit && newer < NewerInARow && rows.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            newer = rows.Int64(1) > keepFrom ? newer + 1 : 0;
            if (newer == 0 && !rows.Flag(2))
            {
                found.Events.Add(rows.Int64(0));
            }
        }

        rows.Reset();
    }

    private static int Delete(SqliteSession session, Prunable found, int limit, long keepFrom, CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var (key, eventKey) in found.Deliveries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (session.Use(DeleteDelivery).Bind(1, key).Run() == 0)
            {
                continue; // replayed since it was found
            }

            deleted++;
            session.Use(DeleteAttempts).Bind(1, key).Run();
            DeleteUnusedEvent(session, eventKey, keepFrom);
        }

        foreach (var key in found.Events)
        {
            deleted += DeleteUnusedEvent(session, key, keepFrom);
        }

        // Looked for only now, because the last delivery of one may just have gone.
        return deleted + session.Use(DeleteUnusedEndpoints).Bind(1, keepFrom).Bind(2, Math.Max(0, limit - deleted)).Run();
    }

    private static int DeleteUnusedEvent(SqliteSession session, long key, long keepFrom)
    {
        var deleted = session.Use(DeleteEvent).Bind(1, key).Bind(2, keepFrom).Run();
        if (deleted > 0)
        {
            session.Use(DeleteHolds).Bind(1, key).Run();
        }

        return deleted;
    }

    private sealed class Prunable
    {
        public List<(long Key, long EventKey)> Deliveries { get; } = [];

        public List<long> Events { get; } = [];

        public bool AnyEndpoint { get; set; }

        public int Count => Deliveries.Count + Events.Count;

        public bool IsEmpty => Count == 0 && !AnyEndpoint;
    }
}
