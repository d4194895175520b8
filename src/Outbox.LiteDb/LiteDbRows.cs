namespace Outbox.LiteDb;

/// <summary>The collections as rows.</summary>
internal static class LiteDbRows
{
    public static DeliveryRow? Delivery(this LiteDbSession session, long key) =>
        session.Get(DeliveryRow.Collection, key) is { } document ? DeliveryRow.Read(document) : null;

    public static DeliveryRow? Delivery(this LiteDbSession session, string id) =>
        session.First(DeliveryRow.Collection, "$.id_key = @0", Ordinal.Of(id)) is { } document ? DeliveryRow.Read(document) : null;

    /// <summary>In the order of their endpoints' numbers.</summary>
    public static List<DeliveryRow> DeliveriesOf(this LiteDbSession session, long eventKey) =>
        [.. session.All(DeliveryRow.Collection, "$.event = @0", eventKey).Select(DeliveryRow.Read).OrderBy(row => row.EndpointKey)];

    /// <summary>The first deliveries whose place begins with this.</summary>
    public static List<DeliveryRow> At(this LiteDbSession session, byte[] place, int limit) => session.Between(place, place, limit);

    /// <summary>The first deliveries from one place up to all that begin with another.</summary>
    public static List<DeliveryRow> Between(this LiteDbSession session, byte[] from, byte[] to, int limit) =>
        [.. session.Range(DeliveryRow.Collection, "place", from, Ordinal.After(to), limit).Select(DeliveryRow.Read)];

    public static bool IsAny(this LiteDbSession session, byte[] from, byte[] to) => session.Values(DeliveryRow.Collection, "place", from, Ordinal.After(to)).Any();

    /// <summary>The oldest deliveries of an endpoint in a status.</summary>
    public static List<DeliveryRow> Owed(this LiteDbSession session, long endpointKey, Deliveries.DeliveryStatus status, int limit)
    {
        var prefix = Ordinal.Of(endpointKey, (long)status);
        return [.. session.Range(DeliveryRow.Collection, "owed", prefix, Ordinal.After(prefix), limit).Select(DeliveryRow.Read)];
    }

    public static EventRow? Event(this LiteDbSession session, long key) =>
        session.Get(EventRow.Collection, key) is { } document ? EventRow.Read(document) : null;

    /// <summary>The events about a subject, oldest first.</summary>
    public static List<EventRow> EventsAbout(this LiteDbSession session, string subject, string? tenant) =>
        [.. session.All(EventRow.Collection, "$.subject_key = @0", Ordinal.Of(subject))
            .Select(EventRow.Read)
            .Where(row => tenant is null || string.Equals(row.Tenant, tenant, StringComparison.Ordinal))
            .OrderBy(row => row.Key)];

    public static EndpointRow? Endpoint(this LiteDbSession session, long key) =>
        session.Get(EndpointRow.Collection, key) is { } document ? EndpointRow.Read(document) : null;

    /// <summary>One that is not deleted.</summary>
    public static EndpointRow? Endpoint(this LiteDbSession session, string id) =>
        session.First(EndpointRow.Collection, "$.id_key = @0", Ordinal.Of(id)) is { } document && EndpointRow.Read(document) is { IsDeleted: false } row ? row : null;

    /// <summary>The number of an endpoint, be it deleted or not.</summary>
    public static long? EndpointKey(this LiteDbSession session, string id) =>
        session.First(EndpointRow.Collection, "$.id_key = @0", Ordinal.Of(id))?["_id"].AsInt64;

    /// <summary>Those of a scope that are not deleted, in the order they were made.</summary>
    public static List<EndpointRow> EndpointsOf(this LiteDbSession session, string scope) =>
        [.. session.All(EndpointRow.Collection, "$.scope_key = @0", Ordinal.Of(scope)).Select(EndpointRow.Read).OrderBy(row => row.Key)];

    public static List<EndpointRow> Endpoints(this LiteDbSession session, Standing standing) =>
        [.. session.All(EndpointRow.Collection, "$.standing = @0", (long)standing).Select(EndpointRow.Read)];

    public static void Update(this LiteDbSession session, EventRow row) => session.Update(EventRow.Collection, row.ToDocument());

    public static void Update(this LiteDbSession session, EndpointRow row) => session.Update(EndpointRow.Collection, row.ToDocument());

    public static void Insert(this LiteDbSession session, IReadOnlyCollection<DeliveryRow> rows)
    {
        session.Insert(DeliveryRow.Collection, [.. rows.Select(row => row.ToDocument())]);
        LiteDbOrdering.Store(session, rows);
    }

    public static void Update(this LiteDbSession session, params IReadOnlyCollection<DeliveryRow> rows)
    {
        if (rows.Count > 0)
        {
            session.Update(DeliveryRow.Collection, [.. rows.Select(row => row.ToDocument())]);
            LiteDbOrdering.Store(session, rows);
        }
    }
}
