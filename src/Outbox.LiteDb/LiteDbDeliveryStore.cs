using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>The management side: lists and details are read beside the writers, the operator's verbs are written.</summary>
internal sealed class LiteDbDeliveryStore(LiteDbDatabase database) : IDeliveryStore
{
    private readonly LiteDbOperator _operator = new(database);

    public ValueTask<DeliveryDetails?> GetAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(database.Read(session => LiteDbDeliveryReader.Details(session, id, database.Now)));
    }

    public ValueTask<DeliveryPage> ListAsync(DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var below = cursor is null ? long.MaxValue : StoreCursor.Parse(cursor, 1)[0];
        return ValueTask.FromResult(database.Read(session => Page(session, filter, limit, below)));
    }

    public ValueTask<IReadOnlyList<HeldArtifact>> ListHeldAsync(int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<HeldArtifact>>(database.Read(session => LiteDbDeliveryReader.Held(session, limit, database.Now)));
    }

    public ValueTask<WebhookBacklog> CountBacklogAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(database.Read(session => LiteDbBacklog.Count(session, database.Now)));
    }

    public ValueTask<ReplayBatch> ReplayAsync(
        string? deliveryId, DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken) =>
        _operator.ReplayAsync(deliveryId, filter, limit, cursor, cancellationToken);

    public ValueTask<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken) =>
        _operator.CancelAsync(id, reason, cancellationToken);

    public ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken) =>
        _operator.EraseAsync(subject, tenant, cancellationToken);

    private DeliveryPage Page(LiteDbSession session, DeliveryFilter filter, int limit, long below)
    {
        var now = database.Now;
        var found = new LiteDbDeliveryQuery(session, filter).NewestFirst(below)
            .Select(row => (row.Key, Delivery: LiteDbDeliveryReader.Info(session, row, now)))
            .Where(row => row.Delivery is not null)
            .Take(limit + 1)
            .ToList();
        var isLast = found.Count <= limit;
        return new DeliveryPage([.. found.Take(limit).Select(row => row.Delivery!)], isLast || limit == 0 ? null : StoreCursor.Format(found[limit - 1].Key));
    }
}
