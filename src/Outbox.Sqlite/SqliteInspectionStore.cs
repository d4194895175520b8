using Outbox.Inspection;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Counts and figures, read on connections of their own.</summary>
internal sealed class SqliteInspectionStore(SqliteDatabase database) : IInspectionStore
{
    /// <summary>Where no index helps, so many of the newest deliveries are counted through; what lies before them makes the count capped.</summary>
    private const long ReadAtOnce = 500_000;

    private readonly SqliteActivity _activity = new(database);

    public ValueTask<BoundedCount> CountAsync(DeliveryFilter filter, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (filter == new DeliveryFilter { SubjectPrefix = filter.SubjectPrefix } && filter.SubjectPrefix is { Length: > 0 } prefix)
        {
            return new(database.Read(session => CountSubjects(session, prefix, limit)));
        }

        return new(database.Read(session =>
        {
            var query = SqliteDeliveryQuery.For(session, filter);
            var end = query.Bound(session, long.MaxValue, ReadAtOnce);
            using var count = query.Bind(session.Prepare(
                $"""
                SELECT count(*) FROM (
                    SELECT 1 FROM outbox_delivery d CROSS JOIN outbox_event v ON v.key = d.event_key CROSS JOIN outbox_endpoint e ON e.key = d.endpoint_key
                    WHERE {query.Where} ORDER BY d.key DESC LIMIT {limit + 1L})
                """));
            count.Step();
            var found = BoundedCount.Of(count.Int64(0), limit);
            return found with { Capped = found.Capped || end is not null };
        }));
    }

    public ValueTask<OpenWork> CountOpenWorkAsync(OpenWorkFilter filter, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(session => SqliteOpenWork.Count(session, filter, limit, database.Now)));
    }

    public async ValueTask AddActivityAsync(IReadOnlyList<EndpointActivity> activity, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => SqliteActivity.Add(session, activity), cancellationToken);

    public ValueTask<IReadOnlyList<ActivityPoint>> ReadActivityAsync(ActivityFilter filter, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(session => SqliteActivity.Read(session, filter)));
    }

    public ValueTask<IReadOnlyList<EndpointHealth>> ReadHealthAsync(
        IReadOnlyList<string> endpointIds, DateTimeOffset since, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(session => SqliteActivity.Health(session, endpointIds, since)));
    }

    public ValueTask PruneActivityAsync(DateTimeOffset minutesBefore, DateTimeOffset hoursBefore, CancellationToken cancellationToken) =>
        _activity.PruneAsync(minutesBefore, hoursBefore, cancellationToken);

    /// <summary>The beginning of a subject alone is counted in its index.</summary>
    private static BoundedCount CountSubjects(SqliteSession session, string prefix, int limit)
    {
        using var count = session.Prepare(
            $"""
            SELECT count(*) FROM (
                SELECT 1 FROM outbox_event v CROSS JOIN outbox_delivery d ON d.event_key = v.key
                WHERE v.subject >= ?1 AND v.subject < ?2 AND v.subject IS NOT NULL LIMIT {limit + 1L})
            """);
        count.Bind(1, prefix).Bind(2, prefix + "\U0010FFFF").Step();
        return BoundedCount.Of(count.Int64(0), limit);
    }
}
