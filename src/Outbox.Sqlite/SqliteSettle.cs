using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Stores what became of leases, each only while it is the delivery's current one.</summary>
internal sealed class SqliteSettle(SqliteDatabase database)
{
    /// <summary>The fence. It names the id too: a key is used again when the newest delivery of all was pruned.</summary>
    private static readonly Sql Leased = new(
        "SELECT attempts, endpoint_key, ordering_key FROM outbox_delivery WHERE key = ?1 AND id = ?2 AND lease_token = ?3 AND status = 1");

    /// <summary>A read before it costs less than RETURNING after it (0.7 against 2.7 microseconds), and nobody can write in between.</summary>
    private static readonly Sql Settle = new(
        """
        UPDATE outbox_delivery SET
            status = ?2, gate = ?3, due_at = coalesce(?4, due_at), closed_at = ?5, attempts = ?6, failed_tries = failed_tries + ?7,
            last_status_code = CASE WHEN ?8 THEN ?9 ELSE last_status_code END, last_error = ?10,
            lease_owner = NULL, lease_until = NULL
        WHERE key = ?1
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
        var lease = session.Use(Leased).Bind(1, delivery.Key).Bind(2, delivery.Id).Bind(3, delivery.LeaseToken);
        if (!lease.Step())
        {
            return false;
        }

        var (attempts, endpointKey, orderingKey) = (lease.Int64(0), lease.Int64(1), lease.TextOrNull(2));
        lease.Reset();

        var counts = transition.CountsAttempt;
        var closes = transition.Status is DeliveryStatus.Delivered or DeliveryStatus.Exhausted or DeliveryStatus.Cancelled;
        var dueAt = DueAt(transition, now);
        var number = counts ? attempts + 1 : attempts;
        session.Use(Settle)
            .Bind(1, delivery.Key)
            .Bind(2, (long)transition.Status)
            .Bind(3, dueAt > now || transition.Status == DeliveryStatus.Parked ? Gate.Scheduled : Gate.Ready)
            .Bind(4, dueAt)
            .Bind(5, closes ? now : null)
            .Bind(6, number)
            .Bind(7, counts && transition.Status == DeliveryStatus.Waiting)
            .Bind(8, counts)
            .Bind(9, attempt?.StatusCode)
            .Bind(10, transition.Reason ?? attempt?.Error)
            .Run();
        if (counts && attempt is not null)
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
