using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Marks artifacts as arrived, and lets events go that wait for nothing more.</summary>
internal sealed class SqliteHolds(SqliteDatabase database)
{
    private static readonly Sql HeldEvents = new(
        """
        SELECT v.key, h.released_at IS NOT NULL, v.data,
            EXISTS (SELECT 1 FROM outbox_delivery d WHERE d.event_key = v.key AND d.lease_token > 0)
        FROM outbox_event v JOIN outbox_hold h ON h.event_key = v.key AND h.artifact = ?3
        WHERE v.subject = ?1 AND v.subject IS NOT NULL AND (?2 IS NULL OR v.tenant = ?2)
        ORDER BY v.key
        """);

    private static readonly Sql PatchEvent = new("UPDATE outbox_event SET data = ?2 WHERE key = ?1");

    private static readonly Sql MarkReleased = new(
        "UPDATE outbox_hold SET released_at = coalesce(released_at, ?3) WHERE event_key = ?1 AND artifact = ?2");

    private static readonly Sql LastDeadline = new("SELECT max(deadline) FROM outbox_hold WHERE event_key = ?1 AND released_at IS NULL");

    private static readonly Sql MoveDueTime = new(
        """
        UPDATE outbox_delivery SET due_at = ?2, gate = CASE WHEN gate = 2 THEN 2 WHEN status = 0 AND ?2 <= ?3 THEN 0 ELSE 1 END
        WHERE event_key = ?1 AND status IN (0, 4)
        """);

    public ArtifactOutcome Release(SqliteSession session, HoldRelease release)
    {
        var now = database.Now;
        var best = ArtifactOutcome.NothingHeld;
        var patches = new List<(long EventKey, byte[] Data)>();

        // All is patched before anything is stored: data that grows over the limit must leave the caller's transaction as it was.
        var events = session.Use(HeldEvents).Bind(1, release.Subject).Bind(2, release.Tenant).Bind(3, release.Artifact);
        while (events.Step())
        {
            var frozen = events.Flag(3);
            if (frozen)
            {
                best = Better(best, ArtifactOutcome.TooLate);
            }
            else
            {
                patches.Add((events.Int64(0), release.Patch(events.Bytes(2))));
            }
        }

        foreach (var (eventKey, data) in patches)
        {
            session.Use(PatchEvent).Bind(1, eventKey).Bind(2, data).Run();
            session.Use(MarkReleased).Bind(1, eventKey).Bind(2, release.Artifact).Bind(3, now).Run();
            best = Better(best, Reschedule(session, eventKey, now));
        }

        return best;
    }

    private static ArtifactOutcome Reschedule(SqliteSession session, long eventKey, long now)
    {
        var row = session.Use(LastDeadline).Bind(1, eventKey);
        row.Step();
        var deadline = row.Int64OrNull(0);
        row.Reset();
        session.Use(MoveDueTime).Bind(1, eventKey).Bind(2, deadline ?? now).Bind(3, now).Run();
        return deadline is null ? ArtifactOutcome.Released : ArtifactOutcome.StillHeld;
    }

    private static ArtifactOutcome Better(ArtifactOutcome one, ArtifactOutcome other) => one > other ? one : other;
}
