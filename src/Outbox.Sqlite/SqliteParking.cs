namespace Outbox.Sqlite;

/// <summary>Parks what is owed to disabled endpoints, cancels what is owed to deleted ones, and lets parked deliveries out again, paced.</summary>
internal sealed class SqliteParking(SqliteDatabase database)
{
    private const string WaitingOfDisabled =
        """
        SELECT d.key FROM outbox_endpoint e CROSS JOIN outbox_delivery d ON d.status = 0 AND d.gate IN (0, 1, 2) AND d.endpoint_key = e.key
        WHERE e.disabled_at IS NOT NULL AND e.deleted_at IS NULL
        """;

    private const string OpenOfDeleted =
        """
        SELECT d.key FROM outbox_endpoint e CROSS JOIN outbox_delivery d ON d.status = 0 AND d.gate IN (0, 1, 2) AND d.endpoint_key = e.key
        WHERE e.deleted_at IS NOT NULL
        UNION ALL
        SELECT d.key FROM outbox_endpoint e CROSS JOIN outbox_delivery d ON d.status = 4 AND d.endpoint_key = e.key
        WHERE e.deleted_at IS NOT NULL
        UNION ALL
        SELECT d.key FROM outbox_delivery d CROSS JOIN outbox_endpoint e ON e.key = d.endpoint_key
        WHERE d.status = 1 AND e.deleted_at IS NOT NULL
        """;

    private static readonly Sql Any = new($"SELECT EXISTS ({WaitingOfDisabled}) OR EXISTS ({OpenOfDeleted})");

    private static readonly Sql Cancel = new(
        $"""
        UPDATE outbox_delivery SET status = 5, gate = 0, closed_at = ?1, last_error = 'endpoint deleted', lease_owner = NULL, lease_until = NULL
        WHERE key IN ({OpenOfDeleted} LIMIT ?2)
        """);

    private static readonly Sql Park = new(
        $"UPDATE outbox_delivery SET status = 4, gate = max(gate, 1) WHERE key IN ({WaitingOfDisabled} LIMIT ?1)");

    private static readonly Sql Draining = new("SELECT key, drain_at FROM outbox_endpoint WHERE drain_at IS NOT NULL ORDER BY drain_at");

    private static readonly Sql StillDraining = new("SELECT drain_at IS NOT NULL FROM outbox_endpoint WHERE key = ?1");

    private static readonly Sql LetOut = new(
        """
        UPDATE outbox_delivery SET status = 0, gate = CASE WHEN gate = 2 THEN 2 WHEN due_at <= ?2 OR due_at <= enqueued_at THEN 0 ELSE 1 END
        WHERE key IN (SELECT key FROM outbox_delivery WHERE status = 4 AND endpoint_key = ?1 ORDER BY key LIMIT ?3)
        """);

    private static readonly Sql SetNextPortion = new(
        """
        UPDATE outbox_endpoint SET drain_at = CASE WHEN EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 4 AND endpoint_key = ?1) THEN ?2 END
        WHERE key = ?1 RETURNING drain_at IS NOT NULL
        """);

    public async ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken)
    {
        if (limit <= 0 || !await database.UseWriterAsync(IsAny, cancellationToken))
        {
            return 0;
        }

        return await database.WriteAsync(
            session =>
            {
                var cancelled = session.Use(Cancel).Bind(1, database.Now).Bind(2, limit).Run();
                return cancelled < limit ? cancelled + session.Use(Park).Bind(1, limit - cancelled).Run() : cancelled;
            },
            cancellationToken);
    }

    public async ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken)
    {
        var draining = await database.UseWriterAsync(ReadDraining, cancellationToken);
        var pause = (long)interval.TotalMilliseconds;
        var left = false;
        foreach (var (endpointKey, drainAt) in draining)
        {
            // Further away than one pause: the clock was set back meanwhile.
            var now = database.Now;
            left |= drainAt > now && drainAt <= now + pause
                || await database.WriteAsync(session => DrainOne(session, endpointKey, portion, now, pause), cancellationToken);
        }

        return left;
    }

    private static bool DrainOne(SqliteSession session, long endpointKey, int portion, long now, long pause)
    {
        if (!IsStillDraining(session, endpointKey))
        {
            return false;
        }

        session.Use(LetOut).Bind(1, endpointKey).Bind(2, now).Bind(3, portion).Run();
        var row = session.Use(SetNextPortion).Bind(1, endpointKey).Bind(2, now + pause);
        row.Step();
        var left = row.Flag(0);
        row.Reset();
        return left;
    }

    /// <summary>The endpoint may have been disabled again since it was found.</summary>
    private static bool IsStillDraining(SqliteSession session, long endpointKey)
    {
        var row = session.Use(StillDraining).Bind(1, endpointKey);
        var draining = row.Step() && row.Flag(0);
        row.Reset();
        return draining;
    }

    private static bool IsAny(SqliteSession session)
    {
        var row = session.Use(Any);
        row.Step();
        var any = row.Flag(0);
        row.Reset();
        return any;
    }

    private static List<(long EndpointKey, long DrainAt)> ReadDraining(SqliteSession session)
    {
        var draining = new List<(long, long)>();
        var rows = session.Use(Draining);
        while (rows.Step())
        {
            draining.Add((rows.Int64(0), rows.Int64(1)));
        }

        return draining;
    }
}
