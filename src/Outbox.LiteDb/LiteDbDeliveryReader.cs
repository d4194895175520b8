using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>Reads deliveries for people. What a writer removes meanwhile is passed over.</summary>
internal static class LiteDbDeliveryReader
{
    public static DeliveryInfo? Info(LiteDbSession session, DeliveryRow row, long now) =>
        session.Event(row.EventKey) is { } of && session.Endpoint(row.EndpointKey) is { } endpoint ? Info(row, of, endpoint, now) : null;

    public static DeliveryDetails? Details(LiteDbSession session, string id, long now)
    {
        if (session.Delivery(id) is not { } row || session.Event(row.EventKey) is not { } of || session.Endpoint(row.EndpointKey) is not { } endpoint)
        {
            return null;
        }

        var attempts = session.Range(AttemptRow.Collection, "_id", AttemptRow.First(row.Key), AttemptRow.Last(row.Key), int.MaxValue);
        return new DeliveryDetails(Info(row, of, endpoint, now), of.Data, [.. attempts.Select(AttemptRow.Read)])
        {
            ShipTranscript = row.ShipTranscript,
            Headers = of.Headers,
            Scopes = of.Scopes,
            OrderingKey = of.OrderingKey,
            IdempotencyKey = of.IdempotencyKey,
            ErasedAt = TimeOrNull(of.ErasedAt),
            Holds =
            [
                .. of.Holds
                    .OrderBy(hold => hold.Deadline)
                    .Select(hold => new HoldInfo(hold.Artifact, DateTimeOffset.FromUnixTimeMilliseconds(hold.Deadline), TimeOrNull(hold.ReleasedAt))),
            ],
        };
    }

    /// <summary>The artifacts that are waited for now, soonest deadline first.</summary>
    public static List<HeldArtifact> Held(LiteDbSession session, int limit, long now)
    {
        // Events come by their soonest deadline, so once enough is found and the next event begins later, nothing sooner is left.
        var held = new List<HeldArtifact>();
        foreach (var key in session.Keys(EventRow.Collection, "next_deadline", 0L, long.MaxValue))
        {
            if (session.Event(key) is not { Subject: { } subject } of || !session.DeliveriesOf(key).Exists(row => row.Status is DeliveryStatus.Waiting or DeliveryStatus.Parked))
            {
                continue;
            }

            var soonest = DateTimeOffset.FromUnixTimeMilliseconds(of.OpenHolds.Select(hold => hold.Deadline).DefaultIfEmpty(long.MaxValue).Min());
            if (held.Count(one => one.Deadline <= soonest) >= limit)
            {
                break;
            }

            held.AddRange(WaitedFor(of, now).Select(hold =>
                new HeldArtifact(of.Id, of.Tenant, subject, hold.Artifact, DateTimeOffset.FromUnixTimeMilliseconds(hold.Deadline))));
        }

        return [.. held.OrderBy(one => one.Deadline).Take(limit)];
    }

    private static DeliveryInfo Info(DeliveryRow row, EventRow of, EndpointRow endpoint, long now) => new()
    {
        Id = row.Id,
        EventId = of.Id,
        EventType = of.Type,
        Tenant = of.Tenant,
        Subject = of.Subject,
        EndpointId = endpoint.Value.Id,
        Profile = row.Profile,
        Status = row.Status,
        DueAt = row.Status == DeliveryStatus.Waiting ? DateTimeOffset.FromUnixTimeMilliseconds(row.DueAt) : null,
        HeldFor = row.Status is DeliveryStatus.Waiting or DeliveryStatus.Parked ? [.. WaitedFor(of, now).Select(hold => hold.Artifact).Order(StringComparer.Ordinal)] : [],
        Attempts = (int)row.Attempts,
        LastStatusCode = (int?)row.LastStatusCode,
        LastError = row.LastError,
        OccurredAt = DateTimeOffset.FromUnixTimeMilliseconds(of.OccurredAt),
        EnqueuedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.EnqueuedAt),
        ClosedAt = TimeOrNull(row.ClosedAt),
    };

    private static DateTimeOffset? TimeOrNull(long? milliseconds) =>
        milliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    private static IEnumerable<HoldRow> WaitedFor(EventRow of, long now) => of.OpenHolds.Where(hold => hold.Deadline > now);
}
