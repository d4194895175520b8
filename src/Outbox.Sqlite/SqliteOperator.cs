using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>The operator's verbs: replay, cancel, and the erasure of a subject.</summary>
internal sealed class SqliteOperator(SqliteDatabase database)
{
    /// <summary>So many deliveries are looked through for a batch: writers wait meanwhile.</summary>
    private const long ReadAtOnce = 100_000;

    private static readonly Sql Reopen = new(
        """
        UPDATE outbox_delivery SET
            (status, gate) = (
                SELECT CASE WHEN e.disabled_at IS NULL THEN 0 ELSE 4 END,
                    CASE
                        WHEN o.ordering_key IS NOT NULL AND EXISTS (
                            SELECT 1 FROM outbox_delivery d
                            WHERE d.endpoint_key = o.endpoint_key AND d.ordering_key = o.ordering_key AND d.ordering_key IS NOT NULL AND d.status IN (0, 1, 4)) THEN 2
                        WHEN e.disabled_at IS NOT NULL THEN 1
                        ELSE 0 END
                FROM outbox_delivery o JOIN outbox_endpoint e ON e.key = o.endpoint_key WHERE o.key = ?1),
            failed_tries = 0, closed_at = NULL, due_at = ?2
        WHERE key = ?1
        """);

    private static readonly Sql Newest = new("SELECT coalesce(max(key), 0) FROM outbox_delivery");

    private static readonly Sql CancelOpen = new(
        """
        UPDATE outbox_delivery SET status = 5, gate = 0, closed_at = ?2, last_error = ?3, lease_owner = NULL, lease_until = NULL
        WHERE id = ?1 AND status IN (0, 1, 4)
        RETURNING endpoint_key, ordering_key
        """);

    private static readonly Sql EventsAbout = new(
        "SELECT key FROM outbox_event WHERE subject = ?1 AND subject IS NOT NULL AND (?2 IS NULL OR tenant = ?2) ORDER BY key");

    private static readonly Sql OpenOf = new("SELECT id FROM outbox_delivery WHERE event_key = ?1 AND +status IN (0, 1, 4) ORDER BY key");

    private static readonly Sql EmptyEvent = new(
        """
        UPDATE outbox_event SET
            data = CAST('{}' AS BLOB), subject = NULL, ordering_key = NULL, idempotency_key = NULL, headers = NULL, scopes = '[]', erased_at = ?2
        WHERE key = ?1
        """);

    private static readonly Sql EmptyAttempts = new(
        """
        UPDATE outbox_attempt SET excerpt = NULL, detail = NULL
        WHERE delivery_key IN (SELECT key FROM outbox_delivery WHERE event_key = ?1)
        """);

    private static readonly Sql ForgetOrder = new("UPDATE outbox_delivery SET ordering_key = NULL WHERE event_key = ?1");
    private static readonly Sql DropHolds = new("DELETE FROM outbox_hold WHERE event_key = ?1");

    private static readonly Sql DropOwnEndpoints = new(
        """
        UPDATE outbox_endpoint SET deleted_at = ?3, scope = '', url = '', secrets = x'', secret_hint = NULL, previous_secret_until = NULL, drain_at = NULL
        WHERE scope = 'call:' || ?1 AND deleted_at IS NULL AND (?2 IS NULL OR tenant = ?2)
        """);

    public ValueTask<ReplayBatch> ReplayAsync(
        string? deliveryId, DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session =>
            {
                var now = database.Now;
                var place = cursor is null ? [0, NewestKey(session)] : StoreCursor.Parse(cursor, 2);
                var (replayed, end) = Replayable(session, deliveryId, filter, limit, after: place[0], last: place[1]);
                foreach (var key in replayed)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    session.Use(Reopen).Bind(1, key).Bind(2, now).Run();
                }

                long? next = replayed.Count == limit ? replayed[^1] : end < place[1] ? end : null;
                return new ReplayBatch(replayed.Count, next is { } at ? StoreCursor.Format(at, place[1]) : null);
            },
            cancellationToken);

    public ValueTask<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken) =>
        database.WriteAsync(session => Cancel(session, id, reason, database.Now), cancellationToken);

    public ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken) =>
        database.UseWriterAsync(
            session =>
            {
                // What is overwritten is wiped and not merely given free, in the file and, unless somebody reads just now, in the log.
                session.RunOnce("PRAGMA secure_delete = ON");
                try
                {
                    return session.Transact(_ => Erase(session, subject, tenant, cancellationToken));
                }
                finally
                {
                    session.RunOnce("PRAGMA secure_delete = OFF");
                    session.RunOnce("PRAGMA wal_checkpoint(TRUNCATE)");
                }
            },
            cancellationToken);

    private static (List<long> Keys, long End) Replayable(SqliteSession session, string? deliveryId, DeliveryFilter filter, int limit, long after, long last)
    {
        var query = SqliteDeliveryQuery.For(session, filter);
        if (deliveryId is not null)
        {
            query.AddId(deliveryId);
        }

        var end = query.BoundUpwards(after, last, ReadAtOnce);
        query.Add("+d.status IN (2, 3, 5) AND v.erased_at IS NULL AND e.deleted_at IS NULL");

        var keys = new List<long>();
        using var rows = query.Bind(session.Prepare(
            $"""
            SELECT d.key FROM outbox_delivery d CROSS JOIN outbox_event v ON v.key = d.event_key CROSS JOIN outbox_endpoint e ON e.key = d.endpoint_key
            WHERE {query.Where} ORDER BY d.key LIMIT {limit}
            """));
        while (rows.Step())
        {
            keys.Add(rows.Int64(0));
        }

        return (keys, end);
    }

    private static long NewestKey(SqliteSession session)
    {
        var row = session.Use(Newest);
        row.Step();
        var key = row.Int64(0);
        row.Reset();
        return key;
    }

    private static bool Cancel(SqliteSession session, string id, string reason, long now)
    {
        var row = session.Use(CancelOpen).Bind(1, id).Bind(2, now).Bind(3, reason);
        if (!row.Step())
        {
            return false;
        }

        var (endpointKey, orderingKey) = (row.Int64(0), row.TextOrNull(1));
        row.Reset();
        if (orderingKey is not null)
        {
            SqliteOrdering.Advance(session, endpointKey, orderingKey, now);
        }

        return true;
    }

    private ErasureResult Erase(SqliteSession session, string subject, string? tenant, CancellationToken cancellationToken)
    {
        var now = database.Now;
        var events = Keys(session.Use(EventsAbout).Bind(1, subject).Bind(2, tenant));
        var cancelled = 0;
        foreach (var key in events)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var id in Ids(session.Use(OpenOf).Bind(1, key)))
            {
                cancelled += Cancel(session, id, "erased", now) ? 1 : 0;
            }

            foreach (var statement in new[] { EmptyAttempts, ForgetOrder, DropHolds })
            {
                session.Use(statement).Bind(1, key).Run();
            }

            session.Use(EmptyEvent).Bind(1, key).Bind(2, now).Run();
        }

        var endpoints = session.Use(DropOwnEndpoints).Bind(1, subject).Bind(2, tenant).Bind(3, now).Run();
        return new ErasureResult(events.Count, cancelled, endpoints);
    }

    private static List<long> Keys(Statement rows)
    {
        var keys = new List<long>();
        while (rows.Step())
        {
            keys.Add(rows.Int64(0));
        }

        return keys;
    }

    private static List<string> Ids(Statement rows)
    {
        var ids = new List<string>();
        while (rows.Step())
        {
            ids.Add(rows.Text(0));
        }

        return ids;
    }
}
