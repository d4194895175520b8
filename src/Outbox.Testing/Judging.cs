using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

/// <summary>Stores what a batch of settlements says about one endpoint.</summary>
internal sealed class Judging(Tables tables)
{
    /// <returns>What operators are to be told of, each with the settlement that caused it.</returns>
    public IEnumerable<(Settlement By, NoticeCause Cause)> Judge(EndpointRow endpoint, IReadOnlyList<Settlement> settlements)
    {
        List<(Settlement By, NoticeCause Cause)> causes =
            [.. settlements.Where(by => by.Transition.Status == DeliveryStatus.Exhausted).Select(by => (by, NoticeCause.DeliveryExhausted))];
        var wasBlocked = endpoint.Value.BlockedUntil is not null;
        Store(endpoint, settlements);
        if (wasBlocked && endpoint.Value.BlockedUntil is null)
        {
            causes.Add((settlements.First(by => by.Effect.EndsBlock), NoticeCause.EndpointRecovered));
        }

        if (endpoint.TakesWork && settlements.FirstOrDefault(by => by.Transition.DisablesEndpoint) is { } disabling)
        {
            endpoint.DrainAt = null;
            endpoint.Value = endpoint.Value with { DisabledAt = tables.Now, DisabledReason = disabling.Transition.Reason };
            causes.Add((disabling, NoticeCause.EndpointDisabled));
        }

        return causes;
    }

    private void Store(EndpointRow endpoint, IReadOnlyList<Settlement> settlements)
    {
        var (now, value) = (tables.Now, endpoint.Value);
        TimeSpan? block = null;
        if (settlements.Any(by => by.Effect.EndsFailures))
        {
            if (value.BlockedUntil is null || settlements.Any(by => by.Effect.EndsBlock))
            {
                endpoint.Value = value with { FailuresInARow = 0, FailingSince = null, BlockedUntil = null };
                endpoint.Probe = null;
                return;
            }
        }
        else if (settlements.Count(by => by.Effect.CountsFailure) is > 0 and var failures)
        {
            value = value with { FailuresInARow = value.FailuresInARow + failures, FailingSince = value.FailingSince ?? now };
            block = settlements.Where(by => value.FailuresInARow >= by.Effect.BlockFrom).Max(by => by.Effect.BlockFor);
        }

        if (settlements.Any(by => by.Delivery.Key == endpoint.Probe))
        {
            value = value with { BlockedUntil = now };
            endpoint.Probe = null;
        }

        endpoint.Value = !(value.BlockedUntil > now + block) && block is not null ? value with { BlockedUntil = now + block } : value;
    }
}
