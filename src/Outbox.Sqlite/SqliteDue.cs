namespace Outbox.Sqlite;

/// <summary>Says when there is work again.</summary>
internal sealed class SqliteDue(SqliteDatabase database)
{
    /// <summary>When the first of the endpoints with ready deliveries between two keys is open: long ago where it is not paced.</summary>
    private static readonly Sql FirstOpen = new(
        """
        WITH RECURSIVE lane (endpoint_key) AS (
            SELECT min(endpoint_key) FROM outbox_delivery WHERE status = 0 AND gate = 0 AND endpoint_key > ?2
            UNION ALL
            SELECT (SELECT min(d.endpoint_key) FROM outbox_delivery d WHERE d.status = 0 AND d.gate = 0 AND d.endpoint_key > lane.endpoint_key)
            FROM lane WHERE lane.endpoint_key < ?3
        )
        SELECT min(max(coalesce(e.blocked_until, 0), iif(e.paced_until <= ?1 + 1000, e.paced_until, 0)))
        FROM lane CROSS JOIN outbox_endpoint e ON e.key = lane.endpoint_key
        WHERE lane.endpoint_key <= ?3 AND e.disabled_at IS NULL AND e.deleted_at IS NULL
        """);

    /// <summary>When the first of the blocked endpoints with ready deliveries is open.</summary>
    private static readonly Sql FirstUnblocked = new(
        """
        SELECT max(e.blocked_until, iif(e.paced_until <= ?1 + 1000, e.paced_until, 0)) FROM outbox_endpoint e
        WHERE e.failures > 0 AND e.blocked_until > ?1 AND e.disabled_at IS NULL AND e.deleted_at IS NULL
            AND EXISTS (SELECT 1 FROM outbox_delivery d WHERE d.status = 0 AND d.gate = 0 AND d.endpoint_key = e.key)
        ORDER BY e.blocked_until LIMIT 1
        """);

    private static readonly Sql NextScheduled = new(
        """
        SELECT (SELECT min(due_at) FROM outbox_delivery WHERE status = 0 AND gate = 1), EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 0 AND gate = 0)
        """);

    public ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken) => database.UseWriterAsync(NextDueIn, cancellationToken);

    private TimeSpan? NextDueIn(SqliteSession session)
    {
        var now = database.Now;
        var (next, ready) = Scheduled(session);
        if (ready)
        {
            Consider(First(session.Use(FirstUnblocked).Bind(1, now)));
            foreach (var (after, until) in SqliteBlocks.Between(SqliteBlocks.Read(session, now), 0, long.MaxValue))
            {
                Consider(First(session.Use(FirstOpen).Bind(1, now).Bind(2, after).Bind(3, until)));
            }
        }

        return next is { } dueAt ? TimeSpan.FromMilliseconds(Math.Max(0, dueAt - now)) : null;

        void Consider(long? time) => next = next < time ? next : time ?? next;
    }

    /// <summary>When the first schedule is due, and whether any delivery is in a lane.</summary>
    private static (long? DueAt, bool Ready) Scheduled(SqliteSession session)
    {
        var row = session.Use(NextScheduled);
        row.Step();
        var scheduled = (row.Int64OrNull(0), row.Flag(1));
        row.Reset();
        return scheduled;
    }

    private static long? First(Statement row)
    {
        var first = row.Step() ? row.Int64OrNull(0) : null;
        row.Reset();
        return first;
    }
}
