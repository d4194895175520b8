using Outbox.Inspection;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>Counts and figures.</summary>
internal sealed class PostgresInspectionStore(PostgresDatabase database) : IInspectionStore
{
    /// <summary>Where many subjects begin so, so many of the newest deliveries are counted through; what lies before them makes the count capped.</summary>
    private const int ReadAtOnce = 25_000;

    private readonly PostgresActivity _activity = new(database);
    private readonly PostgresOpenWork _openWork = new(database);

    public async ValueTask<BoundedCount> CountAsync(DeliveryFilter filter, int limit, CancellationToken cancellationToken)
    {
        var query = new PostgresDeliveryQuery(database).WhereUnordered(filter);
        return await database.UseAsync(
            async connection =>
            {
                string? end = null;
                if (filter == new DeliveryFilter { SubjectPrefix = filter.SubjectPrefix })
                {
                    query.WithPrefix(); // alone it is counted in its index
                }
                else
                {
                    end = await query.WithPrefixAsync(connection, cursor: null, ReadAtOnce, cancellationToken);
                }

                var found = await connection.ReadAsync(
                    $"select count(*) from (select 1 {query.From} limit {limit + 1L}) found", query.Parameters, row => row.GetInt64(0), cancellationToken);
                var count = BoundedCount.Of(found[0], limit);
                return count with { Capped = count.Capped || end is not null };
            },
            cancellationToken);
    }

    public ValueTask<OpenWork> CountOpenWorkAsync(OpenWorkFilter filter, int limit, CancellationToken cancellationToken) =>
        _openWork.CountAsync(filter, limit, cancellationToken);

    public ValueTask AddActivityAsync(IReadOnlyList<EndpointActivity> activity, CancellationToken cancellationToken) =>
        _activity.AddAsync(activity, cancellationToken);

    public ValueTask<IReadOnlyList<ActivityPoint>> ReadActivityAsync(ActivityFilter filter, CancellationToken cancellationToken) =>
        _activity.ReadAsync(filter, cancellationToken);

    public ValueTask<IReadOnlyList<EndpointHealth>> ReadHealthAsync(
        IReadOnlyList<string> endpointIds, DateTimeOffset since, CancellationToken cancellationToken) =>
        _activity.HealthAsync(endpointIds, since, cancellationToken);

    public ValueTask PruneActivityAsync(DateTimeOffset minutesBefore, DateTimeOffset hoursBefore, CancellationToken cancellationToken) =>
        _activity.PruneAsync(minutesBefore, hoursBefore, cancellationToken);
}
