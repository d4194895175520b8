using LiteDB;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>Deletes what is past its retention, one bounded batch at a time.</summary>
internal sealed class LiteDbPrune(LiteDbDatabase database)
{
    public async ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken)
    {
        var now = database.Now;
        var keepFrom = now - (long)request.KeepDelivered.TotalMilliseconds;
        var exhaustedFrom = now - (long)request.KeepExhausted.TotalMilliseconds;
        return await database.WriteAsync(
            session =>
            {
                var deleted = DeleteClosed(session, DeliveryStatus.Delivered, keepFrom, keepFrom, request.BatchSize);
                deleted += DeleteClosed(session, DeliveryStatus.Cancelled, keepFrom, keepFrom, request.BatchSize - deleted);
                deleted += DeleteClosed(session, DeliveryStatus.Exhausted, exhaustedFrom, keepFrom, request.BatchSize - deleted);
                deleted += DeleteUnowedEvents(session, keepFrom, request.BatchSize - deleted);
                return deleted + DeleteUnusedEndpoints(session, keepFrom, request.BatchSize - deleted);
            },
            cancellationToken);
    }

    private static int DeleteClosed(LiteDbSession session, DeliveryStatus status, long before, long keepFrom, int limit)
    {
        if (limit <= 0 || before < 0)
        {
            return 0;
        }

        var closed = session.Between(Queue.Closed(status, 0), Queue.Closed(status, before), limit);
        foreach (var row in closed)
        {
            session.DeleteWhere(AttemptRow.Collection, "$._id BETWEEN @0 AND @1", AttemptRow.First(row.Key), AttemptRow.Last(row.Key));
        }

        session.Delete(DeliveryRow.Collection, [.. closed.Select(row => new BsonValue(row.Key))]);
        foreach (var eventKey in closed.Select(row => row.EventKey).Distinct())
        {
            LeaveEvent(session, eventKey, keepFrom);
        }

        return closed.Count;
    }

    /// <summary>An event whose last delivery went goes with it, or waits for its own time.</summary>
    private static void LeaveEvent(LiteDbSession session, long eventKey, long keepFrom)
    {
        if (session.First(DeliveryRow.Collection, "$.event = @0", eventKey) is not null || session.Event(eventKey) is not { } row)
        {
            return;
        }

        if (row.EnqueuedAt <= keepFrom)
        {
            session.Delete(EventRow.Collection, row.Key);
        }
        else
        {
            row.Unowed = true;
            session.Update(row);
        }
    }

    private static int DeleteUnowedEvents(LiteDbSession session, long keepFrom, int limit)
    {
        if (limit <= 0)
        {
            return 0;
        }

        var unowed = session.Range(EventRow.Collection, "unowed_since", 0L, keepFrom, limit);
        session.Delete(EventRow.Collection, [.. unowed.Select(document => document["_id"])]);
        return unowed.Count;
    }

    private static int DeleteUnusedEndpoints(LiteDbSession session, long keepFrom, int limit)
    {
        if (limit <= 0)
        {
            return 0;
        }

        var unused = session.Endpoints(Standing.Gone)
            .Concat(session.Range(EndpointRow.Collection, "expires_at", 0L, keepFrom, int.MaxValue).Select(EndpointRow.Read).Where(row => !row.IsDeleted))
            .Where(row => !IsOwedAnything(session, row))
            .Take(limit)
            .ToList();
        session.Delete(EndpointRow.Collection, [.. unused.Select(row => new BsonValue(row.Key))]);
        return unused.Count;
    }

    private static bool IsOwedAnything(LiteDbSession session, EndpointRow row)
    {
        var prefix = Ordinal.Of(row.Key);
        return session.Values(DeliveryRow.Collection, "owed", prefix, Ordinal.After(prefix)).Any();
    }
}
