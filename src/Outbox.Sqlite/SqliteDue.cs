namespace Outbox.Sqlite;

/// <summary>Says when there is work again.</summary>
internal sealed class SqliteDue(SqliteDatabase database)
{
    private static readonly Sql AnyReady = new(
        """
        WITH RECURSIVE lane (endpoint_key) AS (
            SELECT min(endpoint_key) FROM outbox_delivery WHERE status = 0 AND gate = 0
            UNION ALL
            SELECT (SELECT min(d.endpoint_key) FROM outbox_delivery d WHERE d.status = 0 AND d.gate = 0 AND d.endpoint_key > lane.endpoint_key)
            FROM lane WHERE lane.endpoint_key IS NOT NULL
        )
        SELECT 1 FROM lane CROSS JOIN outbox_endpoint e ON e.key = lane.endpoint_key
        WHERE e.disabled_at IS NULL AND e.deleted_at IS NULL
        LIMIT 1
        """);

    private static readonly Sql NextScheduled = new("SELECT min(due_at) FROM outbox_delivery WHERE status = 0 AND gate = 1");

    public ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken) => database.UseWriterAsync(NextDueIn, cancellationToken);

    private TimeSpan? NextDueIn(SqliteSession session)
    {
        var ready = session.Use(AnyReady);
        if (ready.Step())
        {
            ready.Reset();
            return TimeSpan.Zero;
        }

        var row = session.Use(NextScheduled);
        row.Step();
        var next = row.Int64OrNull(0);
        row.Reset();
        return next is { } dueAt ? TimeSpan.FromMilliseconds(Math.Max(0, dueAt - database.Now)) : null;
    }
}
