using System.Globalization;
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
        var below = KeyOf(cursor);
        return ValueTask.FromResult(database.Read(session => Page(session, filter, limit, below)));
    }

    public ValueTask<IReadOnlyList<HeldArtifact>> ListHeldAsync(int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<HeldArtifact>>(database.Read(session => LiteDbDeliveryReader.Held(session, limit, database.Now)));
    }

    public ValueTask<int> ReplayAsync(string? deliveryId, DeliveryFilter filter, int limit, CancellationToken cancellationToken) =>
        _operator.ReplayAsync(deliveryId, filter, limit, cancellationToken);

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
        return new DeliveryPage([.. found.Take(limit).Select(row => row.Delivery!)], isLast || limit == 0 ? null : CursorOf(found[limit - 1].Key));
    }

    private static string CursorOf(long key) => string.Create(CultureInfo.InvariantCulture, $"k{key:x}");

    private static long KeyOf(string? cursor)
    {
        if (cursor is null)
        {
            return long.MaxValue;
        }

        return cursor.StartsWith('k') && long.TryParse(cursor.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var key)
            ? key
            : throw new WebhookValidationException("cursor", $"'{cursor}' is not a cursor of this list. Pass the NextCursor of the page before, or null for the newest.");
    }
}
