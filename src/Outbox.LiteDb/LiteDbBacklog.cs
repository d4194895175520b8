using Outbox.Deliveries;

namespace Outbox.LiteDb;

/// <summary>Counts what is owed, from the index alone but for the oldest.</summary>
internal static class LiteDbBacklog
{
    public static WebhookBacklog Count(LiteDbSession session, long now) => new()
    {
        Waiting = Count(session, DeliveryStatus.Waiting),
        Delivering = Count(session, DeliveryStatus.Delivering),
        Parked = Count(session, DeliveryStatus.Parked),
        Exhausted = Count(session, DeliveryStatus.Exhausted),
        DisabledEndpoints = session.Above(EndpointRow.Collection, 0).Select(EndpointRow.Read).Count(row => row is { IsDisabled: true, IsDeleted: false }),
        OldestDue = OldestDue(session, now) is { } dueAt ? TimeSpan.FromMilliseconds(Math.Max(0, now - dueAt)) : null,
    };

    private static int Count(LiteDbSession session, DeliveryStatus status)
    {
        var place = Ordinal.Of((long)status);
        return session.Values(DeliveryRow.Collection, "place", place, Ordinal.After(place)).Count();
    }

    private static long? OldestDue(LiteDbSession session, long now)
    {
        var ready = LiteDbLanes.Walk(session, after: 0, until: long.MaxValue)
            .Where(TakesAll)
            .SelectMany(row => session.At(Queue.Lane(row.Key), limit: 1))
            .Min(row => (long?)row.DueAt);
        var scheduled = session.Keys(DeliveryRow.Collection, "place", Queue.Scheduled(Gate.Scheduled, 0), Queue.Scheduled(Gate.Scheduled, now + 1))
            .Select(session.Delivery)
            .FirstOrDefault(row => row is not null && session.Endpoint(row.EndpointKey) is { TakesWork: true } endpoint && TakesAll(endpoint))
            ?.DueAt;
        return ready is null || scheduled < ready ? scheduled : ready;
    }

    /// <summary>What waits because its endpoint fails, or asked for a pace, is not late.</summary>
    public static bool TakesAll(EndpointRow row) => row.Value is { BlockedUntil: null, MaxPerSecond: null };
}
