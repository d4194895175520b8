using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Stores what became of leases, each only while it is the delivery's current one.</summary>
internal sealed class SqliteSettle(SqliteDatabase database)
{
    /// <summary>The fence names the id too: a key is used again when the newest delivery of all was pruned.</summary>
    private static readonly Sql Settle = new(
        """
        UPDATE outbox_delivery SET
            status = ?4, gate = ?5, due_at = coalesce(?6, due_at), closed_at = ?7,
            attempts = attempts + ?8, failed_tries = failed_tries + ?9,
            last_status_code = CASE WHEN ?8 THEN ?10 ELSE last_status_code END, last_error = ?11,
            lease_owner = NULL, lease_until = NULL
        WHERE key = ?1 AND id = ?2 AND lease_token = ?3 AND status = 1
        RETURNING attempts, endpoint_key, ordering_key
        """);

    private static readonly Sql InsertAttempt = new(
        """
        INSERT INTO outbox_attempt (delivery_key, number, started_at, duration_ms, status_code, error, detail, excerpt, next_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """);

    private static readonly Sql DisableEndpoint = new(
        """
        UPDATE outbox_endpoint SET disabled_at = ?2, disabled_reason = ?3, drain_at = NULL
        WHERE key = ?1 AND disabled_at IS NULL AND deleted_at IS NULL
        """);

    public async ValueTask<IReadOnlyList<bool>> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        if (settlements.Count == 0)
        {
            return [];
        }

        return await database.WriteAsync(
            session =>
            {
                var now = database.Now;
                var stored = new bool[settlements.Count];
                for (var i = 0; i < stored.Length; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    stored[i] = Store(session, settlements[i], now);
                }

                return stored;
            },
            cancellationToken);
    }

    private static bool Store(SqliteSession session, Settlement settlement, long now)
    {
        var (delivery, transition, attempt) = settlement;
        var closes = transition.Status is DeliveryStatus.Delivered or DeliveryStatus.Exhausted or DeliveryStatus.Cancelled;
        var dueAt = DueAt(transition, now);
        var row = session.Use(Settle)
            .Bind(1, delivery.Key)
            .Bind(2, delivery.Id)
            .Bind(3, delivery.LeaseToken)
            .Bind(4, (long)transition.Status)
            .Bind(5, dueAt > now || transition.Status == DeliveryStatus.Parked ? Gate.Scheduled : Gate.Ready)
            .Bind(6, dueAt)
            .Bind(7, closes ? now : null)
            .Bind(8, transition.CountsAttempt)
            .Bind(9, transition.CountsAttempt && transition.Status == DeliveryStatus.Waiting)
            .Bind(10, attempt?.StatusCode)
            .Bind(11, transition.Reason ?? attempt?.Error);
        if (!row.Step())
        {
            return false;
        }

        var (number, endpointKey, orderingKey) = (row.Int64(0), row.Int64(1), row.TextOrNull(2));
        row.Reset();
        if (transition.CountsAttempt && attempt is not null)
        {
            Record(session, delivery.Key, number, attempt, transition.Status == DeliveryStatus.Waiting ? dueAt : null);
        }

        if (transition.DisablesEndpoint)
        {
            session.Use(DisableEndpoint).Bind(1, endpointKey).Bind(2, now).Bind(3, transition.Reason ?? "disabled").Run();
        }

        if (closes && orderingKey is not null)
        {
            SqliteOrdering.Advance(session, endpointKey, orderingKey, now);
        }

        return true;
    }

    private static long? DueAt(DeliveryTransition transition, long now) => transition.Status switch
    {
        DeliveryStatus.Waiting => now + Math.Max(0, (long)(transition.DueIn ?? TimeSpan.Zero).TotalMilliseconds),
        DeliveryStatus.Parked => now,
        _ => null,
    };

    private static void Record(SqliteSession session, long deliveryKey, long number, AttemptRecord attempt, long? nextAt) =>
        session.Use(InsertAttempt)
            .Bind(1, deliveryKey)
            .Bind(2, number)
            .Bind(3, attempt.StartedAt)
            .Bind(4, (long)attempt.Duration.TotalMilliseconds)
            .Bind(5, attempt.StatusCode)
            .Bind(6, attempt.Error)
            .Bind(7, attempt.Detail)
            .Bind(8, attempt.Excerpt)
            .Bind(9, nextAt)
            .Run();
}
