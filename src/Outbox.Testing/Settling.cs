using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

internal sealed class Settling(Tables tables, Enqueuing enqueuing)
{
    private readonly Judging _judging = new(tables);

    public SettleResult Settle(IReadOnlyList<Settlement> settlements)
    {
        lock (tables.Lock)
        {
            var keys = settlements.Select(settlement => settlement.Delivery.Key).ToHashSet();
            var rows = tables.Deliveries.Where(row => keys.Contains(row.Key)).ToDictionary(row => row.Key);
            bool[] stored = [.. settlements.Select(settlement => Settle(settlement, rows.GetValueOrDefault(settlement.Delivery.Key)))];

            var causes = settlements
                .Where((_, i) => stored[i])
                .GroupBy(settlement => rows[settlement.Delivery.Key].Endpoint)
                .SelectMany(one => _judging.Judge(one.Key, [.. one]));
            NewEvent[] notices = [.. causes.Where(caused => caused.By.Notice is not null).Select(caused => caused.By.Notice!(caused.By, caused.Cause))];
            foreach (var notice in notices)
            {
                enqueuing.Enqueue(notice);
            }

            return new(stored, notices);
        }
    }

    private bool Settle(Settlement settlement, DeliveryRow? row)
    {
        if (row is not { Status: DeliveryStatus.Delivering } || row.LeaseToken != settlement.Delivery.LeaseToken)
        {
            return false;
        }

        var now = tables.Now;
        var transition = settlement.Transition;
        var next = now + transition.DueIn;
        if (transition.CountsAttempt)
        {
            Record(settlement.Attempt, row, next);
        }

        row.LastError = transition.Reason ?? row.LastError;
        switch (transition.Status)
        {
            case DeliveryStatus.Waiting:
                row.FailedTries += transition.CountsAttempt ? 1 : 0;
                row.WaitUntil(next ?? now, atOnce: !(next > now));
                break;
            case DeliveryStatus.Parked:
                row.Park(now, atOnce: true);
                break;
            default:
                row.Close(transition.Status, now);
                break;
        }

        return true;
    }

    private static void Record(AttemptRecord? attempt, DeliveryRow row, DateTimeOffset? next)
    {
        if (attempt is null)
        {
            return;
        }

        row.LastStatusCode = attempt.StatusCode;
        row.LastError = attempt.Error;
        row.Attempts.Add(new()
        {
            Number = row.Attempts.Count + 1,
            StartedAt = attempt.StartedAt,
            Duration = attempt.Duration,
            StatusCode = attempt.StatusCode,
            Error = attempt.Error,
            Detail = attempt.Detail,
            Excerpt = attempt.Excerpt,
            NextAttemptAt = next,
        });
    }
}
