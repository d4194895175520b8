namespace Outbox.Sqlite;

/// <summary>
/// The order of deliveries with an ordering key: of the open ones of a key and endpoint exactly one, the head, is not queued. Whatever closes
/// one lets the next move up.
/// </summary>
internal static class SqliteOrdering
{
    /// <summary>One that never had to wait for a time is due even where the clock was set back since.</summary>
    private static readonly Sql MoveUp = new(
        """
        UPDATE outbox_delivery SET gate = CASE WHEN status = 0 AND (due_at <= ?3 OR due_at <= enqueued_at) THEN 0 ELSE 1 END
        WHERE key = (
            SELECT key FROM outbox_delivery
            WHERE endpoint_key = ?1 AND ordering_key = ?2 AND gate = 2 AND ordering_key IS NOT NULL AND status IN (0, 1, 4)
            ORDER BY key LIMIT 1)
        AND NOT EXISTS (
            SELECT 1 FROM outbox_delivery
            WHERE endpoint_key = ?1 AND ordering_key = ?2 AND gate < 2 AND ordering_key IS NOT NULL AND status IN (0, 1, 4))
        """);

    private static readonly Sql KeysWithoutHead = new(
        """
        SELECT endpoint_key, ordering_key FROM outbox_delivery
        WHERE ordering_key IS NOT NULL AND status IN (0, 1, 4)
        GROUP BY endpoint_key, ordering_key HAVING min(gate) = 2 LIMIT ?1
        """);

    public static void Advance(SqliteSession session, long endpointKey, string orderingKey, long now) =>
        session.Use(MoveUp).Bind(1, endpointKey).Bind(2, orderingKey).Bind(3, now).Run();

    public static List<(long EndpointKey, string OrderingKey)> WithoutHead(SqliteSession session, int limit)
    {
        var found = new List<(long, string)>();
        var rows = session.Use(KeysWithoutHead).Bind(1, limit);
        while (rows.Step())
        {
            found.Add((rows.Int64(0), rows.Text(1)));
        }

        return found;
    }
}
