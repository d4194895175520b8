using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>The management side: lists and details are read on connections of their own, the operator's verbs are written.</summary>
internal sealed class SqliteDeliveryStore(SqliteDatabase database) : IDeliveryStore
{
    /// <summary>So many deliveries are looked through for a page; where the filter finds less than a page among them, the cursor goes on.</summary>
    private const long ReadAtOnce = 200_000;

    private readonly SqliteOperator _operator = new(database);

    public ValueTask<DeliveryDetails?> GetAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(database.Read(session => SqliteDeliveryReader.Details(session, id, database.Now)));
    }

    public ValueTask<DeliveryPage> ListAsync(DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var before = cursor is null ? long.MaxValue : StoreCursor.Parse(cursor, 1)[0];
        return ValueTask.FromResult(database.Read(session => Page(session, filter, limit, before, cancellationToken)));
    }

    public ValueTask<IReadOnlyList<HeldArtifact>> ListHeldAsync(int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<HeldArtifact>>(database.Read(session => SqliteDeliveryReader.Held(session, limit, database.Now)));
    }

    public ValueTask<WebhookBacklog> CountBacklogAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(database.Read(session => SqliteBacklog.Count(session, database.Now)));
    }

    public ValueTask<ReplayBatch> ReplayAsync(
        string? deliveryId, DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken) =>
        _operator.ReplayAsync(deliveryId, filter, limit, cursor, cancellationToken);

    public ValueTask<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken) =>
        _operator.CancelAsync(id, reason, cancellationToken);

    public ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken) =>
        _operator.EraseAsync(subject, tenant, cancellationToken);

    private DeliveryPage Page(SqliteSession session, DeliveryFilter filter, int limit, long before, CancellationToken cancellationToken)
    {
        var query = SqliteDeliveryQuery.For(session, filter);
        var end = query.Bound(session, before, ReadAtOnce);
        var found = new List<(long Key, DeliveryInfo Delivery)>();
        var now = database.Now;
        using (var rows = query.Bind(session.Prepare(
            $"{SqliteDeliveryReader.Select} WHERE {query.Where} ORDER BY d.key DESC LIMIT {limit + 1}")))
        {
            while (rows.Step())
            {
                cancellationToken.ThrowIfCancellationRequested();
                found.Add((rows.Int64(0), SqliteDeliveryReader.Read(session, rows, now)));
            }
        }

        var next = found.Count > limit && limit > 0 ? found[limit - 1].Key : end;
        return new DeliveryPage([.. found.Take(limit).Select(row => row.Delivery)], next is { } key ? StoreCursor.Format(key) : null);
    }
}
