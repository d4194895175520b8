namespace Outbox.Sqlite;

/// <summary>Says when there is work again.</summary>
internal sealed class SqliteDue(SqliteDatabase database)
{
    /// <summary>When the first of the endpoints with ready deliveries is open: long ago where it is neither blocked nor paced.</summary>
    private static readonly Sql FirstOpen = new(
        """
        WITH RECURSIVE lane (endpoint_key) AS (
            SELECT min(endpoint_key) FROM outbox_delivery WHERE status = 0 AND gate = 0
            UNION ALL
            SELECT (SELECT min(d.endpoint_key) FROM outbox_delivery d WHERE d.status = 0 AND d.gate = 0 AND d.endpoint_key > lane.endpoint_key)
            FROM lane WHERE lane.endpoint_key IS NOT NULL
        )
        SELECT min(max(coalesce(e.blocked_until, 0), iif(e.paced_until <= ?1 + 1000, e.paced_until, 0)))
        FROM lane CROSS JOIN outbox_endpoint e ON e.key = lane.endpoint_key
        WHERE e.disabled_at IS NULL AND e.deleted_at IS NULL
        """);

    private static readonly Sql NextScheduled = new("SELECT min(due_at) FROM outbox_delivery WHERE status = 0 AND gate = 1");

    public ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken) => database.UseWriterAsync(NextDueIn, cancellationToken);

    private TimeSpan? NextDueIn(SqliteSession session)
    {
        var now = database.Now;
        var (open, scheduled) = (First(session.Use(FirstOpen).Bind(1, now)), First(session.Use(NextScheduled)));
        var next = open < scheduled ? open : scheduled ?? open;
        return next is { } dueAt ? TimeSpan.FromMilliseconds(Math.Max(0, dueAt - now)) : null;
    }

    private static long? First(Statement row)
    {
        row.Step();
        var first = row.Int64OrNull(0);
        row.Reset();
        return first;
    }
}
