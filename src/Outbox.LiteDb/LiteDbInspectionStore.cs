using Outbox.Inspection;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>Counts and figures, read beside the writers.</summary>
internal sealed class LiteDbInspectionStore(LiteDbDatabase database) : IInspectionStore
{
    public ValueTask<BoundedCount> CountAsync(DeliveryFilter filter, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(session => BoundedCount.Of(new LiteDbDeliveryQuery(session, filter).NewestFirst(long.MaxValue).Take(limit + 1).Count(), limit)));
    }

    public ValueTask<OpenWork> CountOpenWorkAsync(OpenWorkFilter filter, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(session => LiteDbOpenWork.Count(session, filter, limit, database.Now)));
    }

    public async ValueTask AddActivityAsync(IReadOnlyList<EndpointActivity> activity, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => LiteDbActivity.Add(session, activity), cancellationToken);

    public ValueTask<IReadOnlyList<ActivityPoint>> ReadActivityAsync(ActivityFilter filter, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(session => LiteDbActivity.Read(session, filter)));
    }

    public ValueTask<IReadOnlyList<EndpointHealth>> ReadHealthAsync(
        IReadOnlyList<string> endpointIds, DateTimeOffset since, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(session => LiteDbActivity.Health(session, endpointIds, since)));
    }

    public async ValueTask PruneActivityAsync(DateTimeOffset minutesBefore, DateTimeOffset hoursBefore, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => LiteDbActivity.Prune(session, minutesBefore, hoursBefore), cancellationToken);
}
