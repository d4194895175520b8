using Outbox.Deliveries;

namespace Outbox.LiteDb;

/// <summary>Finds the deliveries that match a filter, by the index that leaves least to read.</summary>
internal sealed class LiteDbDeliveryQuery
{
    /// <summary>Up to so many deliveries of a status are sorted; where there are more, reading in the order of their keys finds a page sooner.</summary>
    private const int Rare = 10_000;

    private readonly LiteDbSession _session;
    private readonly DeliveryFilter _filter;
    private readonly long? _endpointKey;
    private readonly HashSet<long>? _eventKeys;
    private readonly HashSet<long>? _tenantsEndpoints;

    public LiteDbDeliveryQuery(LiteDbSession session, DeliveryFilter filter)
    {
        _session = session;
        _filter = filter;
        _endpointKey = filter.EndpointId is { } id ? session.EndpointKey(id) ?? -1 : null;
        _eventKeys = EventKeys();
        _tenantsEndpoints = filter.EndpointTenant is null ? null : TenantsEndpoints(filter.EndpointTenant);
    }

    /// <summary>Those that match and have a lower key, newest first.</summary>
    public IEnumerable<DeliveryRow> NewestFirst(long below)
    {
        var rows = Keys() is { } keys
            ? keys.Where(key => key < below).OrderDescending().Select(_session.Delivery).OfType<DeliveryRow>()
            : _session.Below(DeliveryRow.Collection, below).Select(DeliveryRow.Read);
        return rows.Where(Matches);
    }

    /// <summary>Those that match, are closed and have a higher key, oldest first.</summary>
    /// <param name="id">Only this delivery, or null.</param>
    /// <param name="above">The key.</param>
    public IEnumerable<DeliveryRow> ClosedOldestFirst(string? id, long above)
    {
        var rows = (id is null ? Keys() : KeyOf(id)) is { } keys
            ? keys.Where(key => key > above).Order().Select(_session.Delivery).OfType<DeliveryRow>()
            : _session.Above(DeliveryRow.Collection, above).Select(DeliveryRow.Read);
        return rows.Where(row => !row.IsOpen && Matches(row));
    }

    private HashSet<long> TenantsEndpoints(string tenant) =>
    [
        .. _session.All(EndpointRow.Collection, "$._id > @0", 0L)
            .Select(EndpointRow.Read)
            .Where(row => string.Equals(row.Value.Tenant, tenant, StringComparison.Ordinal))
            .Select(row => row.Key),
    ];

    private HashSet<long>? EventKeys()
    {
        IEnumerable<EventRow>? events = _filter switch
        {
            { EventId: { } id } => _session.First(EventRow.Collection, "$.id_key = @0", Ordinal.Of(id)) is { } document ? [EventRow.Read(document)] : [],
            { Subject: { } subject } => _session.EventsAbout(subject, _filter.Tenant),
            { SubjectPrefix: { Length: > 0 } prefix } => EventsFrom(prefix),
            _ => null,
        };
        return events?
            .Where(row => _filter.Subject is null || string.Equals(row.Subject, _filter.Subject, StringComparison.Ordinal))
            .Where(row => _filter.SubjectPrefix is null || row.Subject?.StartsWith(_filter.SubjectPrefix, StringComparison.Ordinal) is true)
            .Select(row => row.Key)
            .ToHashSet();
    }

    /// <summary>The keys of all that may match; null where there are too many to sort.</summary>
    private IEnumerable<long>? Keys()
    {
        if (_eventKeys is not null)
        {
            return _eventKeys.SelectMany(key => _session.DeliveriesOf(key)).Select(row => row.Key);
        }

        if (_endpointKey is { } endpointKey)
        {
            return KeysIn("owed", _filter.Status is { } one ? Ordinal.Of(endpointKey, (long)one) : Ordinal.Of(endpointKey));
        }

        if (_filter.Status is { } status)
        {
            var keys = KeysOf(status).Take(Rare + 1).ToList();
            return keys.Count <= Rare ? keys : null;
        }

        return null;
    }

    private IEnumerable<EventRow> EventsFrom(string prefix)
    {
        var from = Ordinal.Of(prefix);
        return _session.Range(EventRow.Collection, "subject_key", from, Ordinal.After(from), int.MaxValue).Select(EventRow.Read);
    }

    private long[] KeyOf(string id) => _session.Delivery(id) is { } row ? [row.Key] : [];

    private IEnumerable<long> KeysOf(DeliveryStatus status) => KeysIn("place", Ordinal.Of((long)status));

    /// <summary>Each of these index keys ends with the delivery's own.</summary>
    private IEnumerable<long> KeysIn(string index, byte[] prefix) =>
        _session.Values(DeliveryRow.Collection, index, prefix, Ordinal.After(prefix)).Select(value => Ordinal.Last(value.AsBinary));

    private bool Matches(DeliveryRow row) =>
        (_filter.Status is null || row.Status == _filter.Status)
        && (_endpointKey is null || row.EndpointKey == _endpointKey)
        && (_eventKeys is null || _eventKeys.Contains(row.EventKey))
        && (_filter.EventType is null || string.Equals(row.Type, _filter.EventType, StringComparison.Ordinal))
        && (_filter.Tenant is null || string.Equals(row.Tenant, _filter.Tenant, StringComparison.Ordinal))
        && (_tenantsEndpoints is null || _tenantsEndpoints.Contains(row.EndpointKey))
        && (!_filter.OpenOnly || row.IsOpen)
        && (_filter.LastError is null || string.Equals(row.LastError, _filter.LastError, StringComparison.Ordinal))
        && (_filter.LastStatusCode is null || row.LastStatusCode == _filter.LastStatusCode)
        && (_filter.From is null || row.EnqueuedAt >= _filter.From.Value.ToUnixTimeMilliseconds())
        && (_filter.Until is null || row.EnqueuedAt < _filter.Until.Value.ToUnixTimeMilliseconds());
}
