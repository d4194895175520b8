using System.Runtime.InteropServices;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>
/// Stores what became of leases, each only while it is the delivery's current one. The deliveries of a batch that go the same way, as most
/// do, are moved by one statement.
/// </summary>
internal sealed class SqliteSettle(SqliteDatabase database)
{
    /// <summary>The fence. It names the id too: a key is used again when the newest delivery of all was pruned.</summary>
    private static readonly Sql Leased = new(
        "SELECT attempts, endpoint_key, ordering_key FROM outbox_delivery WHERE key = ?1 AND id = ?2 AND lease_token = ?3 AND status = 1");

    private static readonly Sql Move = new(
        """
        UPDATE outbox_delivery SET
            status = ?2, gate = ?3, due_at = coalesce(?4, due_at), closed_at = ?5, attempts = attempts + ?6, failed_tries = failed_tries + ?7,
            last_status_code = CASE WHEN ?6 THEN ?8 ELSE last_status_code END, last_error = ?9,
            lease_owner = NULL, lease_until = NULL
        WHERE key IN (SELECT value FROM json_each(?1))
        """);

    private static readonly Sql InsertAttempt = new(
        """
        INSERT INTO outbox_attempt (delivery_key, number, started_at, duration_ms, status_code, error, detail, excerpt, next_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """);

    private readonly SqliteJudging _judging = new(database);

    public async ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        if (settlements.Count == 0)
        {
            return SettleResult.Nothing;
        }

        return await database.WriteAsync(session => Settle(session, settlements, cancellationToken), cancellationToken);
    }

    private SettleResult Settle(SqliteSession session, IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        var now = database.Now;
        var stored = new bool[settlements.Count];
        var leases = new Dictionary<long, Lease>(settlements.Count);
        for (var i = 0; i < stored.Length; i++)
        {
            // The second of two settlements of one lease comes too late, as it would in another batch.
            cancellationToken.ThrowIfCancellationRequested();
            stored[i] = ReadLease(session, settlements[i], now) is { } lease && leases.TryAdd(settlements[i].Delivery.Key, lease);
        }

        MoveAll(session, leases, cancellationToken);
        foreach (var (key, lease) in leases)
        {
            cancellationToken.ThrowIfCancellationRequested();
            FollowUp(session, key, lease, now);
        }

        var notices = _judging.Judge(session, leases.Values.Select(lease => (lease.EndpointKey, lease.Settlement)), now);
        return new SettleResult(stored, notices);
    }

    private static Lease? ReadLease(SqliteSession session, Settlement settlement, long now)
    {
        var delivery = settlement.Delivery;
        var row = session.Use(Leased).Bind(1, delivery.Key).Bind(2, delivery.Id).Bind(3, delivery.LeaseToken);
        if (!row.Step())
        {
            return null;
        }

        var lease = new Lease(settlement, Way.Of(settlement, now), row.Int64(0), row.Int64(1), row.TextOrNull(2));
        row.Reset();
        return lease;
    }

    private static void MoveAll(SqliteSession session, Dictionary<long, Lease> leases, CancellationToken cancellationToken)
    {
        var ways = new Dictionary<Way, List<long>>();
        foreach (var (key, lease) in leases)
        {
            ref var keys = ref CollectionsMarshal.GetValueRefOrAddDefault(ways, lease.Way, out _);
            (keys ??= []).Add(key);
        }

        foreach (var (way, keys) in ways)
        {
            cancellationToken.ThrowIfCancellationRequested();
            session.Use(Move)
                .BindKeys(1, keys)
                .Bind(2, (long)way.Status)
                .Bind(3, way.Gate)
                .Bind(4, way.DueAt)
                .Bind(5, way.ClosedAt)
                .Bind(6, way.Counts)
                .Bind(7, way.Counts && way.Status == DeliveryStatus.Waiting)
                .Bind(8, way.StatusCode)
                .Bind(9, way.Error)
                .Run();
        }
    }

    private static void FollowUp(SqliteSession session, long key, Lease lease, long now)
    {
        var (transition, attempt) = (lease.Settlement.Transition, lease.Settlement.Attempt);
        if (transition.CountsAttempt && attempt is not null)
        {
            var nextAt = transition.Status == DeliveryStatus.Waiting ? lease.Way.DueAt : null;
            Record(session, key, lease.Attempts + 1, attempt, nextAt);
        }

        if (lease.Way.ClosedAt is not null && lease.OrderingKey is { } orderingKey)
        {
            SqliteOrdering.Advance(session, lease.EndpointKey, orderingKey, now);
        }
    }

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

    /// <summary>A lease that is still valid, with what its delivery has so far.</summary>
    private sealed record Lease(Settlement Settlement, Way Way, long Attempts, long EndpointKey, string? OrderingKey);

    /// <summary>Where a delivery goes, in the columns' terms.</summary>
    private readonly record struct Way(
        DeliveryStatus Status, long Gate, long? DueAt, long? ClosedAt, bool Counts, int? StatusCode, string? Error)
    {
        public static Way Of(Settlement settlement, long now)
        {
            var (transition, attempt) = (settlement.Transition, settlement.Attempt);
            var dueAt = transition.Status switch
            {
                DeliveryStatus.Waiting => now + Math.Max(0, (long)(transition.DueIn ?? TimeSpan.Zero).TotalMilliseconds),
                DeliveryStatus.Parked => now,
                _ => (long?)null,
            };
            var scheduled = dueAt > now || transition.Status == DeliveryStatus.Parked;
            var closes = transition.Status is DeliveryStatus.Delivered or DeliveryStatus.Exhausted or DeliveryStatus.Cancelled;
            return new Way(
                transition.Status,
                scheduled ? Sqlite.Gate.Scheduled : Sqlite.Gate.Ready,
                dueAt,
                closes ? now : null,
                transition.CountsAttempt,
                attempt?.StatusCode,
                transition.Reason ?? attempt?.Error);
        }
    }
}
