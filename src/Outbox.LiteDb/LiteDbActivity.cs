using LiteDB;
using Outbox.Inspection;

namespace Outbox.LiteDb;

/// <summary>
/// What was done over time: a document for each endpoint and minute, for each endpoint and hour, and the same for all endpoints together. The
/// keys begin with the endpoint's id, which is empty for all, so that no other index is needed.
/// </summary>
internal static class LiteDbActivity
{
    private const string Collection = "outbox_activity";
    private const string Strips = "outbox_recent";
    private const string AllEndpoints = "";

    public static bool Add(LiteDbSession session, IReadOnlyList<EndpointActivity> activity)
    {
        foreach (var one in activity)
        {
            foreach (var endpoint in new[] { one.EndpointId, AllEndpoints })
            {
                Add(session, endpoint, ActivityGrain.Minute, one.Minute, one.Counts);
                Add(session, endpoint, ActivityGrain.Hour, one.Hour, one.Counts);
            }

            AddRecent(session, one);
        }

        return true;
    }

    public static IReadOnlyList<ActivityPoint> Read(LiteDbSession session, ActivityFilter filter)
    {
        IEnumerable<string> endpoints = filter.EndpointTenant is { } tenant
            ? session.All(EndpointRow.Collection, "$._id > @0", 0L)
                .Select(document => EndpointRow.Read(document).Value)
                .Where(endpoint => string.Equals(endpoint.Tenant, tenant, StringComparison.Ordinal))
                .Where(endpoint => filter.EndpointId is null || string.Equals(endpoint.Id, filter.EndpointId, StringComparison.Ordinal))
                .Select(endpoint => endpoint.Id)
            : [filter.EndpointId ?? AllEndpoints];
        var until = filter.Until.ToUnixTimeMilliseconds() - 1;
        return
        [
            .. endpoints
                .SelectMany(id => session.Range(
                    Collection, "_id", Key(id, filter.Grain, filter.From.ToUnixTimeMilliseconds()), Key(id, filter.Grain, until), int.MaxValue))
                .GroupBy(document => document["start"].AsInt64, CountsOf)
                .OrderBy(group => group.Key)
                .Select(group => new ActivityPoint(DateTimeOffset.FromUnixTimeMilliseconds(group.Key), Sum(group))),
        ];
    }

    public static IReadOnlyList<EndpointHealth> Health(LiteDbSession session, IReadOnlyList<string> endpointIds, DateTimeOffset since)
    {
        var from = since - TimeSpan.FromTicks(since.Ticks % TimeSpan.TicksPerHour);
        return
        [
            .. endpointIds
                .Select(id => new EndpointHealth(id, Sum(Hours(session, id, from)), RecentAttempt.Parse(StripOf(session, id)?["strip"].AsString ?? "")))
                .Where(health => health.Counts.Attempts > 0 || health.Recent.Count > 0),
        ];
    }

    public static bool Prune(LiteDbSession session, DateTimeOffset minutesBefore, DateTimeOffset hoursBefore)
    {
        session.DeleteWhere(Collection, "$.grain = @0 AND $.start < @1", (long)ActivityGrain.Minute, minutesBefore.ToUnixTimeMilliseconds());
        session.DeleteWhere(Collection, "$.grain = @0 AND $.start < @1", (long)ActivityGrain.Hour, hoursBefore.ToUnixTimeMilliseconds());
        var gone = session.All(Strips, "$.endpoint != @0", AllEndpoints)
            .Where(document => session.Endpoint(document["endpoint"].AsString) is null)
            .Select(document => document["_id"])
            .ToList();
        if (gone.Count > 0)
        {
            session.Delete(Strips, gone);
        }

        return true;
    }

    private static IEnumerable<ActivityCounts> Hours(LiteDbSession session, string endpoint, DateTimeOffset from) =>
        session.Range(
            Collection, "_id", Key(endpoint, ActivityGrain.Hour, from.ToUnixTimeMilliseconds()), Key(endpoint, ActivityGrain.Hour, long.MaxValue), int.MaxValue)
            .Select(CountsOf);

    private static void Add(LiteDbSession session, string endpoint, ActivityGrain grain, DateTimeOffset start, ActivityCounts more)
    {
        var key = new BsonValue(Key(endpoint, grain, start.ToUnixTimeMilliseconds()));
        var known = session.First(Collection, "$._id = @0", key);
        var sum = known is null ? more : CountsOf(known).Plus(more);
        var document = new BsonDocument { ["_id"] = key }
            .With("grain", (long)grain)
            .With("start", start.ToUnixTimeMilliseconds())
            .With("attempts", sum.Attempts)
            .With("delivered", sum.Delivered)
            .With("exhausted", sum.Exhausted);
        document["latency"] = new BsonArray(sum.Latency.Counts.Select(count => new BsonValue(count)));
        Put(session, Collection, document, isNew: known is null);
    }

    private static void AddRecent(LiteDbSession session, EndpointActivity one)
    {
        var known = StripOf(session, one.EndpointId);
        var document = new BsonDocument { ["_id"] = Ordinal.Of(one.EndpointId) }
            .With("endpoint", one.EndpointId)
            .With("strip", RecentAttempt.Add(known?["strip"].AsString ?? "", one.Recent));
        Put(session, Strips, document, isNew: known is null);
    }

    private static void Put(LiteDbSession session, string collection, BsonDocument document, bool isNew)
    {
        if (isNew)
        {
            session.Insert(collection, document);
        }
        else
        {
            session.Update(collection, document);
        }
    }

    private static BsonDocument? StripOf(LiteDbSession session, string endpoint) => session.First(Strips, "$._id = @0", Ordinal.Of(endpoint));

    private static byte[] Key(string endpoint, ActivityGrain grain, long start) => [.. Ordinal.Of(endpoint), .. Ordinal.Of((long)grain, start)];

    private static ActivityCounts CountsOf(BsonDocument document) => new()
    {
        Attempts = document["attempts"].AsInt64,
        Delivered = document["delivered"].AsInt64,
        Exhausted = document["exhausted"].AsInt64,
        Latency = LatencyHistogram.From([.. document["latency"].AsArray.Select(count => count.AsInt64)]),
    };

    private static ActivityCounts Sum(IEnumerable<ActivityCounts> counts) => counts.Aggregate(ActivityCounts.None, (sum, more) => sum.Plus(more));
}
