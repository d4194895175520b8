using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>Stores what a batch of settlements says about its endpoints, and the notices of what that changed.</summary>
internal sealed class LiteDbJudging(LiteDbDatabase database)
{
    private readonly LiteDbEnqueue _enqueue = new(database);

    /// <returns>The notices that were stored.</returns>
    public IReadOnlyList<NewEvent> Judge(LiteDbSession session, IEnumerable<(long EndpointKey, Settlement Settlement)> settlements)
    {
        var now = database.Now;
        List<NewEvent> notices =
        [
            .. settlements
                .GroupBy(one => one.EndpointKey, one => one.Settlement)
                .SelectMany(one => Judge(session, one.Key, [.. one], now))
                .Select(caused => caused.By.Notice?.Invoke(caused.By, caused.Cause))
                .OfType<NewEvent>(),
        ];
        notices.ForEach(notice => _enqueue.Store(session, notice));
        return notices;
    }

    /// <returns>What operators are to be told of, each with the settlement that caused it.</returns>
    private static List<(Settlement By, NoticeCause Cause)> Judge(LiteDbSession session, long endpointKey, List<Settlement> settlements, long now)
    {
        List<(Settlement By, NoticeCause Cause)> causes =
            [.. settlements.Where(by => by.Transition.Status == DeliveryStatus.Exhausted).Select(by => (by, NoticeCause.DeliveryExhausted))];
        var disabling = settlements.Find(by => by.Transition.DisablesEndpoint);

        // Most batches say nothing new of an endpoint that is well, which costs no write.
        if (session.Endpoint(endpointKey) is not { } row || (disabling is null && !IsNews(row, settlements)))
        {
            return causes;
        }

        var wasBlocked = row.IsHalfOpen;
        Store(row, settlements, now);
        if (wasBlocked && !row.IsHalfOpen)
        {
            causes.Add((settlements.First(by => by.Effect.EndsBlock), NoticeCause.EndpointRecovered));
        }

        if (disabling is not null && row.TakesWork)
        {
            row.DrainAt = null;
            row.Value = row.Value with
            {
                DisabledAt = DateTimeOffset.FromUnixTimeMilliseconds(now),
                DisabledReason = disabling.Transition.Reason ?? "disabled",
            };
            causes.Add((disabling, NoticeCause.EndpointDisabled));
        }

        session.Update(row);
        return causes;
    }

    private static bool IsNews(EndpointRow row, List<Settlement> settlements) =>
        row.Value.FailuresInARow > 0 || row.IsHalfOpen || settlements.Exists(by => by.Effect.CountsFailure);

    private static void Store(EndpointRow row, List<Settlement> settlements, long now)
    {
        var value = row.Value;
        var at = DateTimeOffset.FromUnixTimeMilliseconds(now);
        TimeSpan? block = null;
        if (settlements.Exists(by => by.Effect.EndsFailures))
        {
            if (value.BlockedUntil is null || settlements.Exists(by => by.Effect.EndsBlock))
            {
                row.Value = value with { FailuresInARow = 0, FailingSince = null, BlockedUntil = null };
                row.Probe = null;
                return;
            }
        }
        else if (settlements.Count(by => by.Effect.CountsFailure) is > 0 and var failures)
        {
            value = value with { FailuresInARow = value.FailuresInARow + failures, FailingSince = value.FailingSince ?? at };
            block = settlements.Where(by => value.FailuresInARow >= by.Effect.BlockFrom).Max(by => by.Effect.BlockFor);
        }

        if (settlements.Exists(by => by.Delivery.Key == row.Probe))
        {
            value = value with { BlockedUntil = at };
            row.Probe = null;
        }

        row.Value = block is null || value.BlockedUntil > at + block ? value : value with { BlockedUntil = at + block };
    }
}
