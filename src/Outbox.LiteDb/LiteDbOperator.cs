using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>The operator's verbs: replay, cancel, and the erasure of a subject.</summary>
internal sealed class LiteDbOperator(LiteDbDatabase database)
{
    public ValueTask<ReplayBatch> ReplayAsync(
        string? deliveryId, DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            session =>
            {
                var now = database.Now;
                var place = cursor is null ? [0, session.LastKey(DeliveryRow.Collection)] : StoreCursor.Parse(cursor, 2);
                var rows = new LiteDbDeliveryQuery(session, filter).ClosedOldestFirst(deliveryId, above: place[0])
                    .TakeWhile(row => row.Key <= place[1])
                    .Where(row => CanBeReplayed(session, row))
                    .Take(limit)
                    .ToList();
                rows.ForEach(row => Reopen(session, row, now));
                return new ReplayBatch(rows.Count, rows.Count == limit ? StoreCursor.Format(rows[^1].Key, place[1]) : null);
            },
            cancellationToken);

    public ValueTask<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.Delivery(id) is { } row && Cancel(session, row, reason, database.Now), cancellationToken);

    public ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken) =>
        database.WriteAsync(session => Erase(session, subject, tenant, cancellationToken), cancellationToken);

    private static bool CanBeReplayed(LiteDbSession session, DeliveryRow row) =>
        session.Endpoint(row.EndpointKey) is { IsDeleted: false } && session.Event(row.EventKey) is { ErasedAt: null };

    private static void Reopen(LiteDbSession session, DeliveryRow row, long now)
    {
        var disabled = session.Endpoint(row.EndpointKey) is { IsDisabled: true };
        row.Gate = row.OrderingKey is { } key && LiteDbOrdering.IsTaken(session, row.EndpointKey, key) ? Gate.Queued
            : disabled ? Gate.Scheduled
            : Gate.Ready;
        row.Status = disabled ? DeliveryStatus.Parked : DeliveryStatus.Waiting;
        row.FailedTries = 0;
        row.ClosedAt = null;
        row.DueAt = now;
        session.Update(row);
    }

    private static bool Cancel(LiteDbSession session, DeliveryRow row, string reason, long now)
    {
        if (!row.IsOpen)
        {
            return false;
        }

        row.Cancel(reason, now);
        session.Update(row);
        if (row.OrderingKey is { } orderingKey)
        {
            LiteDbOrdering.Advance(session, row.EndpointKey, orderingKey, now);
        }

        return true;
    }

    private ErasureResult Erase(LiteDbSession session, string subject, string? tenant, CancellationToken cancellationToken)
    {
        var now = database.Now;
        var events = session.EventsAbout(subject, tenant);
        var cancelled = 0;
        foreach (var row in events)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var delivery in session.DeliveriesOf(row.Key).OrderBy(delivery => delivery.Key))
            {
                cancelled += Cancel(session, delivery, "erased", now) ? 1 : 0;
                EraseAnswers(session, delivery);
            }

            Empty(row, now);
            session.Update(row);
        }

        return new ErasureResult(events.Count, cancelled, DeleteOwnEndpoints(session, subject, tenant, now));
    }

    private static void EraseAnswers(LiteDbSession session, DeliveryRow delivery)
    {
        delivery.OrderingKey = null;
        session.Update(delivery);
        var attempts = session.All(AttemptRow.Collection, "$._id BETWEEN @0 AND @1", AttemptRow.First(delivery.Key), AttemptRow.Last(delivery.Key));
        foreach (var attempt in attempts)
        {
            attempt.Remove("excerpt");
            attempt.Remove("detail");
        }

        session.Update(AttemptRow.Collection, attempts);
    }

    private static void Empty(EventRow row, long now)
    {
        row.Data = "{}"u8.ToArray();
        row.Subject = null;
        row.OrderingKey = null;
        row.IdempotencyKey = null;
        row.Headers = null;
        row.Scopes = [];
        row.Holds = [];
        row.ErasedAt = now;
    }

    private static int DeleteOwnEndpoints(LiteDbSession session, string subject, string? tenant, long now)
    {
        var own = session.EndpointsOf($"call:{subject}")
            .Where(row => tenant is null || string.Equals(row.Value.Tenant, tenant, StringComparison.Ordinal))
            .ToList();
        foreach (var row in own)
        {
            row.Erase(now);
            session.Update(row);
        }

        return own.Count;
    }
}
