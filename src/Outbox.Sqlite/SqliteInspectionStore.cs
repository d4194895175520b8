using Outbox.Inspection;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Counts and figures, read on connections of their own.</summary>
internal sealed class SqliteInspectionStore(SqliteDatabase database) : IInspectionStore
{
    private readonly SqliteActivity _activity = new(database);

    public ValueTask<BoundedCount> CountAsync(DeliveryFilter filter, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(session =>
        {
            var query = SqliteDeliveryQuery.For(session, filter);
            using var count = query.Bind(session.Prepare(
                $"""
                SELECT count(*) FROM (
                    SELECT 1 FROM outbox_delivery d CROSS JOIN outbox_event v ON v.key = d.event_key CROSS JOIN outbox_endpoint e ON e.key = d.endpoint_key
                    WHERE {query.Where} ORDER BY d.key DESC LIMIT {limit + 1L})
                """));
            count.Step();
            return BoundedCount.Of(count.Int64(0), limit);
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
}
