using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

internal sealed class Settling(Tables tables)
{
    public IReadOnlyList<bool> Settle(IReadOnlyList<Settlement> settlements)
    {
        lock (tables.Lock)
        {
            var keys = settlements.Select(settlement => settlement.Delivery.Key).ToHashSet();
            var rows = tables.Deliveries.Where(row => keys.Contains(row.Key)).ToDictionary(row => row.Key);
            return [.. settlements.Select(settlement => Settle(settlement, rows.GetValueOrDefault(settlement.Delivery.Key)))];
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

        if (transition.DisablesEndpoint && !row.Endpoint.Disabled)
        {
            row.Endpoint.DrainAt = null;
            row.Endpoint.Value = row.Endpoint.Value with { DisabledAt = now, DisabledReason = transition.Reason };
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
