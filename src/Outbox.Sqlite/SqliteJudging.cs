using System.Runtime.InteropServices;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Stores what a batch of settlements says about their endpoints, and tells operators of what that changed.</summary>
internal sealed class SqliteJudging(SqliteDatabase database)
{
    private static readonly Sql AnyFailing = new("SELECT EXISTS (SELECT 1 FROM outbox_endpoint WHERE failures > 0)");

    private static readonly Sql ReadHealth = new(
        "SELECT failures, failing_since, blocked_until, probe_key FROM outbox_endpoint WHERE key = ?1");

    private static readonly Sql WriteHealth = new(
        "UPDATE outbox_endpoint SET failures = ?2, failing_since = ?3, blocked_until = ?4, probe_key = ?5 WHERE key = ?1");

    private static readonly Sql Disable = new(
        """
        UPDATE outbox_endpoint SET disabled_at = ?2, disabled_reason = ?3, drain_at = NULL
        WHERE key = ?1 AND disabled_at IS NULL AND deleted_at IS NULL
        """);

    private readonly SqliteEnqueue _enqueue = new(database);

    /// <param name="session">The settlements' transaction.</param>
    /// <param name="settlements">Those that were stored, with their endpoints' keys.</param>
    /// <param name="now">The store's time.</param>
    /// <returns>The notices that were stored.</returns>
    public IReadOnlyList<NewEvent> Judge(SqliteSession session, IEnumerable<(long Endpoint, Settlement Settlement)> settlements, long now)
    {
        var notices = new List<NewEvent>();
        var anyFailing = IsAnyFailing(session);
        foreach (var (endpoint, all) in ByEndpoint(settlements))
        {
            if (!anyFailing && all.TrueForAll(settlement => settlement is { Transition.Status: DeliveryStatus.Delivered, Effect.EndsFailures: true }))
            {
                continue;
            }

            foreach (var exhausted in all.Where(settlement => settlement.Transition.Status == DeliveryStatus.Exhausted))
            {
                Tell(exhausted, NoticeCause.DeliveryExhausted);
            }

            if (Store(session, endpoint, all, now))
            {
                Tell(all.Find(settlement => settlement.Effect.EndsBlock)!, NoticeCause.EndpointRecovered);
            }

            if (all.Find(settlement => settlement.Transition.DisablesEndpoint) is { } disabling
                && session.Use(Disable).Bind(1, endpoint).Bind(2, now).Bind(3, disabling.Transition.Reason ?? "disabled").Run() > 0)
            {
                Tell(disabling, NoticeCause.EndpointDisabled);
            }
        }

        foreach (var notice in notices)
        {
            _enqueue.Store(session, notice);
        }

        return notices;

        void Tell(Settlement settlement, NoticeCause cause)
        {
            if (settlement.Notice?.Invoke(settlement, cause) is { } notice)
            {
                notices.Add(notice);
            }
        }
    }

    private static Dictionary<long, List<Settlement>> ByEndpoint(IEnumerable<(long Endpoint, Settlement Settlement)> settlements)
    {
        var byEndpoint = new Dictionary<long, List<Settlement>>();
        foreach (var (endpoint, settlement) in settlements)
        {
            ref var all = ref CollectionsMarshal.GetValueRefOrAddDefault(byEndpoint, endpoint, out _);
            (all ??= []).Add(settlement);
        }

        return byEndpoint;
    }

    /// <returns>True where a block ended because the endpoint accepted a delivery.</returns>
    private static bool Store(SqliteSession session, long endpoint, List<Settlement> settlements, long now)
    {
        if (Read(session, endpoint) is not { } before)
        {
            return false;
        }

        var after = before.After(settlements, now);
        if (after != before)
        {
            session.Use(WriteHealth)
                .Bind(1, endpoint).Bind(2, after.Failures).Bind(3, after.FailingSince).Bind(4, after.BlockedUntil).Bind(5, after.Probe)
                .Run();
        }

        return before.BlockedUntil is not null && after.BlockedUntil is null;
    }

    private static bool IsAnyFailing(SqliteSession session)
    {
        var row = session.Use(AnyFailing);
        row.Step();
        var any = row.Flag(0);
        row.Reset();
        return any;
    }

    private static Health? Read(SqliteSession session, long endpoint)
    {
        var row = session.Use(ReadHealth).Bind(1, endpoint);
        if (!row.Step())
        {
            return null;
        }

        var health = new Health(row.Int64(0), row.Int64OrNull(1), row.Int64OrNull(2), row.Int64OrNull(3));
        row.Reset();
        return health;
    }

    /// <summary>How an endpoint does, and the delivery that it is tried with while it is half-open.</summary>
    private sealed record Health(long Failures, long? FailingSince, long? BlockedUntil, long? Probe)
    {
        private static readonly Health Well = new(0, null, null, null);

        public Health After(List<Settlement> settlements, long now)
        {
            var after = this;
            long? block = null;
            if (settlements.Exists(settlement => settlement.Effect.EndsFailures))
            {
                if (BlockedUntil is null || settlements.Exists(settlement => settlement.Effect.EndsBlock))
                {
                    return Well;
                }
            }
            else if (settlements.Count(settlement => settlement.Effect.CountsFailure) is > 0 and var failures)
            {
                after = after with { Failures = Failures + failures, FailingSince = FailingSince ?? now };
                block = now + (long?)settlements.Where(settlement => after.Failures >= settlement.Effect.BlockFrom).Max(settlement => settlement.Effect.BlockFor)?.TotalMilliseconds;
            }

            if (settlements.Exists(settlement => settlement.Delivery.Key == after.Probe))
            {
                after = after with { BlockedUntil = now, Probe = null };
            }

            return block is null || after.BlockedUntil > block ? after : after with { BlockedUntil = block };
        }
    }
}
