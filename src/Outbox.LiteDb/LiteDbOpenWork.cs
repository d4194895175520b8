using Outbox.Deliveries;
using Outbox.Inspection;

namespace Outbox.LiteDb;

/// <summary>What is owed now. Each count reads the stretch of the index that holds it, and stops at the limit.</summary>
internal static class LiteDbOpenWork
{
    public static OpenWork Count(LiteDbSession session, OpenWorkFilter filter, int limit, long now)
    {
        var rows = session.All(EndpointRow.Collection, "$._id > @0", 0L)
            .Select(EndpointRow.Read)
            .Where(row => !row.IsDeleted)
            .Where(row => filter.EndpointId is null || string.Equals(row.Value.Id, filter.EndpointId, StringComparison.Ordinal))
            .Where(row => filter.EndpointTenant is null || string.Equals(row.Value.Tenant, filter.EndpointTenant, StringComparison.Ordinal))
            .ToDictionary(row => row.Key);
        var endpoints = rows.Keys;
        var isAll = filter is { EndpointId: null, EndpointTenant: null };
        return new OpenWork
        {
            Ready = Bounded(Lanes().Select(_ => 0L).Concat(Scheduled(Gate.Scheduled).Where(due => due <= now))),
            Scheduled = Bounded(Scheduled(Gate.Scheduled).Where(due => due > now).Concat(Scheduled(Gate.Queued))),
            Delivering = Bounded(In(DeliveryStatus.Delivering)),
            Parked = Bounded(In(DeliveryStatus.Parked)),
            Exhausted = Bounded(In(DeliveryStatus.Exhausted)),
            OldestDueAt = Oldest(),
        };

        BoundedCount Bounded(IEnumerable<long> found) => BoundedCount.Of(found.Take(limit + 1).Count(), limit);

        IEnumerable<long> Lanes() => endpoints.SelectMany(key => Places(Queue.Lane(key)));

        IEnumerable<long> Scheduled(Gate gate) => isAll
            ? Places(Ordinal.Of((long)DeliveryStatus.Waiting, (long)gate), at: 2)
            : endpoints.SelectMany(key => session.Owed(key, DeliveryStatus.Waiting, int.MaxValue)).Where(row => row.Gate == gate).Select(row => row.DueAt);

        IEnumerable<long> In(DeliveryStatus status) => isAll
            ? Places(Ordinal.Of((long)status))
            : endpoints.SelectMany(key => Keys("owed", Ordinal.Of(key, (long)status)).Select(place => Ordinal.Last(place)));

        IEnumerable<long> Places(byte[] prefix, int at = 0) => Keys("place", prefix).Select(place => Ordinal.Number(place, at));

        IEnumerable<byte[]> Keys(string index, byte[] prefix) =>
            session.Values(DeliveryRow.Collection, index, prefix, Ordinal.After(prefix)).Select(value => value.AsBinary);

        // The oldest that could be sent and is not. Each lane begins with its oldest; what is scheduled is in the order of its time.
        DateTimeOffset? Oldest()
        {
            var heads = rows.Values.Where(LiteDbBacklog.TakesAll).SelectMany(row => Keys("place", Queue.Lane(row.Key)).Take(1)).Select(place => Ordinal.Number(place, 3));
            var timed = session.Keys(DeliveryRow.Collection, "place", Queue.Scheduled(Gate.Scheduled, 0), Queue.Scheduled(Gate.Scheduled, now + 1))
                .Select(session.Delivery)
                .FirstOrDefault(row => row is not null && rows.TryGetValue(row.EndpointKey, out var endpoint) && endpoint.TakesWork && LiteDbBacklog.TakesAll(endpoint));
            var due = heads.Append(timed?.DueAt ?? long.MaxValue).Where(at => at <= now).ToList();
            return due.Count == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(due.Min());
        }
    }
}
