namespace Outbox.Sqlite;

/// <summary>Mends what a jumping clock or a lost race left behind.</summary>
internal sealed class SqliteHealing(SqliteDatabase database)
{
    private const int Batch = 1000;

    private static readonly Sql BringForward = new(
        $"""
        UPDATE outbox_delivery SET due_at = ?1, gate = CASE WHEN gate = 2 THEN 2 ELSE 0 END
        WHERE key IN (SELECT key FROM outbox_delivery WHERE status = 0 AND gate IN (1, 2) AND due_at > ?2 LIMIT {Batch})
        """);

    private static readonly Sql CutLeases = new(
        $"""
        UPDATE outbox_delivery SET lease_until = ?1
        WHERE key IN (SELECT key FROM outbox_delivery WHERE status = 1 AND lease_until > ?2 LIMIT {Batch})
        """);

    private static readonly Sql ResumeDraining = new(
        """
        UPDATE outbox_endpoint SET drain_at = ?1
        WHERE key IN (SELECT DISTINCT endpoint_key FROM outbox_delivery WHERE status = 4)
            AND drain_at IS NULL AND disabled_at IS NULL AND deleted_at IS NULL
        """);

    private static readonly Sql EndBlocks = new("UPDATE outbox_endpoint SET blocked_until = ?1 WHERE failures > 0 AND blocked_until > ?2");

    private static readonly Sql AnythingAmiss = new(
        """
        SELECT EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 0 AND gate = 1 AND due_at > ?1)
            OR EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 0 AND gate = 2 AND due_at > ?1)
            OR EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 1 AND lease_until > ?2)
            OR EXISTS (SELECT 1 FROM outbox_endpoint WHERE failures > 0 AND blocked_until > ?1)
            OR EXISTS (SELECT 1 FROM outbox_endpoint WHERE key IN (SELECT DISTINCT endpoint_key FROM outbox_delivery WHERE status = 4)
                AND drain_at IS NULL AND disabled_at IS NULL AND deleted_at IS NULL)
        """);

    private static readonly Sql ReleaseLeases = new(
        $"""
        UPDATE outbox_delivery SET status = 0, gate = 0, lease_owner = NULL, lease_until = NULL
        WHERE key IN (SELECT key FROM outbox_delivery WHERE status = 1 LIMIT {Batch})
        """);

    /// <summary>Puts back what a dead process had leased. The tokens stay, so that whatever it may still say changes nothing.</summary>
    public async ValueTask ReleaseLeasesAsync(CancellationToken cancellationToken)
    {
        while (await database.WriteAsync(session => session.Use(ReleaseLeases).Run(), cancellationToken) == Batch)
        {
        }
    }

    public async ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken)
    {
        while (await database.UseWriterAsync(session => IsAnythingAmiss(session, longestDelay, longestLease), cancellationToken))
        {
            await database.WriteAsync(session => Mend(session, longestDelay, longestLease), cancellationToken);
        }
    }

    private bool IsAnythingAmiss(SqliteSession session, TimeSpan longestDelay, TimeSpan longestLease)
    {
        var row = session.Use(AnythingAmiss).Bind(1, In(longestDelay)).Bind(2, In(longestLease));
        row.Step();
        var amiss = row.Flag(0);
        row.Reset();
        return amiss || SqliteOrdering.WithoutHead(session, limit: 1).Count > 0;
    }

    private bool Mend(SqliteSession session, TimeSpan longestDelay, TimeSpan longestLease)
    {
        var now = database.Now;
        session.Use(BringForward).Bind(1, now).Bind(2, In(longestDelay)).Run();
        session.Use(CutLeases).Bind(1, now).Bind(2, In(longestLease)).Run();
        session.Use(EndBlocks).Bind(1, now).Bind(2, In(longestDelay)).Run();
        session.Use(ResumeDraining).Bind(1, now).Run();
        foreach (var (endpointKey, orderingKey) in SqliteOrdering.WithoutHead(session, Batch))
        {
            SqliteOrdering.Advance(session, endpointKey, orderingKey, now);
        }

        return true;
    }

    private long In(TimeSpan delay) => database.Now + (long)delay.TotalMilliseconds;
}
