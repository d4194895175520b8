namespace Outbox.Sqlite;

/// <summary>Counts what is owed, from the partial indexes alone.</summary>
internal static class SqliteBacklog
{
    /// <summary>What waits because its endpoint fails, or asked for a pace, is not late.</summary>
    public const string TakesAll = "e.disabled_at IS NULL AND e.deleted_at IS NULL AND e.blocked_until IS NULL AND e.max_per_second IS NULL";

    // One statement is one snapshot. The lanes are walked as a claim walks them: what lies between is not read.
    private static readonly Sql Counts = new(
        $"""
        WITH RECURSIVE lane (endpoint_key) AS (
            SELECT min(endpoint_key) FROM outbox_delivery WHERE status = 0 AND gate = 0
            UNION ALL
            SELECT (SELECT min(d.endpoint_key) FROM outbox_delivery d WHERE d.status = 0 AND d.gate = 0 AND d.endpoint_key > lane.endpoint_key)
            FROM lane WHERE lane.endpoint_key IS NOT NULL
        )
        SELECT
            (SELECT count(*) FROM outbox_delivery WHERE status = 0),
            (SELECT count(*) FROM outbox_delivery WHERE status = 1),
            (SELECT count(*) FROM outbox_delivery WHERE status = 4),
            (SELECT count(*) FROM outbox_delivery INDEXED BY outbox_delivery_closed WHERE status = 3 AND closed_at IS NOT NULL),
            (SELECT count(*) FROM outbox_endpoint WHERE disabled_at IS NOT NULL AND deleted_at IS NULL),
            (SELECT min((SELECT min(d.due_at) FROM outbox_delivery d WHERE d.status = 0 AND d.gate = 0 AND d.endpoint_key = e.key))
                FROM lane CROSS JOIN outbox_endpoint e ON e.key = lane.endpoint_key WHERE {TakesAll}),
            (SELECT d.due_at FROM outbox_delivery d CROSS JOIN outbox_endpoint e ON e.key = d.endpoint_key
                WHERE d.status = 0 AND d.gate = 1 AND d.due_at <= ?1 AND {TakesAll}
                ORDER BY d.due_at LIMIT 1)
        """);

    public static WebhookBacklog Count(SqliteSession session, long now)
    {
        var row = session.Use(Counts).Bind(1, now);
        row.Step();
        var (ready, scheduled) = (row.Int64OrNull(5), row.Int64OrNull(6));
        var oldest = ready is null || scheduled < ready ? scheduled : ready;
        var backlog = new WebhookBacklog
        {
            Waiting = row.Int64(0),
            Delivering = row.Int64(1),
            Parked = row.Int64(2),
            Exhausted = row.Int64(3),
            DisabledEndpoints = row.Int64(4),
            OldestDue = oldest is { } dueAt ? TimeSpan.FromMilliseconds(Math.Max(0, now - dueAt)) : null,
        };
        row.Reset();
        return backlog;
    }
}
