using System.Globalization;
using Outbox.Deliveries;

namespace Outbox.Sqlite;

/// <summary>
/// The conditions of a delivery filter as SQL, driven by the index that leaves least to read. The text depends only on which filters are set:
/// every value is a parameter.
/// </summary>
internal sealed class SqliteDeliveryQuery
{
    /// <summary>Up to so many deliveries of a status are sorted; where there are more, reading from the newest finds a page sooner.</summary>
    private const int Rare = 10_000;

    private readonly List<string> _conditions = [];
    private readonly List<(int Index, object Value)> _values = [];

    private SqliteDeliveryQuery()
    {
    }

    /// <summary>The conditions, on <c>outbox_delivery d</c>, <c>outbox_event v</c> and <c>outbox_endpoint e</c>.</summary>
    public string Where => _conditions.Count == 0 ? "TRUE" : string.Join(" AND ", _conditions);

    public static SqliteDeliveryQuery For(SqliteSession session, DeliveryFilter filter)
    {
        var query = new SqliteDeliveryQuery();
        if (filter.EventId is { } eventId)
        {
            query.Add("d.event_key = (SELECT key FROM outbox_event WHERE id = {0})", eventId);
        }

        if (filter.Subject is { } subject)
        {
            query.Add("d.event_key IN (SELECT key FROM outbox_event WHERE subject = {0} AND subject IS NOT NULL)", subject);
        }

        if (filter.SubjectPrefix is { Length: > 0 } prefix)
        {
            query.AddPrefix(session, prefix);
        }

        if (filter.EndpointId is { } endpointId)
        {
            query.Add("d.endpoint_key = (SELECT key FROM outbox_endpoint WHERE id = {0})", endpointId);
        }

        if (filter.Status is { } status)
        {
            query.AddStatus(session, status, isNarrow: filter.EventId is not null || filter.Subject is not null);
        }

        if (filter.OpenOnly)
        {
            query.AddOpen(session);
        }

        query.AddRest(filter);
        return query;
    }

    public SqliteDeliveryQuery Add(string condition, object? value = null)
    {
        if (value is null)
        {
            _conditions.Add(condition);
            return this;
        }

        var index = _values.Count + 1;
        _values.Add((index, value));
        _conditions.Add(string.Format(CultureInfo.InvariantCulture, condition, $"?{index}"));
        return this;
    }

    public Statement Bind(Statement statement)
    {
        foreach (var (index, value) in _values)
        {
            _ = value is string text ? statement.Bind(index, text) : statement.Bind(index, (long)value);
        }

        return statement;
    }

    private void AddRest(DeliveryFilter filter)
    {
        if (filter.EventType is { } type)
        {
            Add("d.type = {0}", type);
        }

        if (filter.Tenant is { } tenant)
        {
            Add("d.tenant = {0}", tenant);
        }

        if (filter.EndpointTenant is { } owner)
        {
            // What is owed to a tenant's endpoint is of that tenant: the first condition spares looking up most endpoints.
            Add("d.tenant = {0}", owner).Add("e.tenant = {0}", owner);
        }

        if (filter.LastError is { } error)
        {
            Add("d.last_error = {0}", error);
        }

        if (filter.LastStatusCode is { } code)
        {
            Add("d.last_status_code = {0}", (long)code);
        }

        if (filter.From is { } from)
        {
            Add("d.enqueued_at >= {0}", from.ToUnixTimeMilliseconds());
        }

        if (filter.Until is { } until)
        {
            Add("d.enqueued_at < {0}", until.ToUnixTimeMilliseconds());
        }
    }

    private void AddStatus(SqliteSession session, DeliveryStatus status, bool isNarrow)
    {
        var number = (int)status;
        var indexed = status is DeliveryStatus.Delivered or DeliveryStatus.Exhausted or DeliveryStatus.Cancelled
            ? $"status = {number} AND status IN (2, 3, 5)"
            : $"status = {number}";
        _conditions.Add(!isNarrow && IsRare(session, indexed)
            ? $"d.key IN (SELECT key FROM outbox_delivery WHERE {indexed})"
            : $"+d.status = {number}");
    }

    private void AddOpen(SqliteSession session)
    {
        string[] open = ["status = 0", "status = 1", "status = 4"];
        _conditions.Add(Array.TrueForAll(open, status => IsRare(session, status))
            ? $"d.key IN ({string.Join(" UNION ALL ", open.Select(status => $"SELECT key FROM outbox_delivery WHERE {status}"))})"
            : "+d.status IN (0, 1, 4)");
    }

    private void AddPrefix(SqliteSession session, string prefix)
    {
        const string Within = "subject >= {0} AND subject < {1} AND subject IS NOT NULL";
        var end = prefix + "\U0010FFFF";
        using var count = session.Prepare(
            $"SELECT count(*) FROM (SELECT 1 FROM outbox_event WHERE {string.Format(CultureInfo.InvariantCulture, Within, "?1", "?2")} LIMIT {Rare + 1})");
        count.Bind(1, prefix).Bind(2, end).Step();
        var (first, second) = (_values.Count + 1, _values.Count + 2);
        _values.Add((first, prefix));
        _values.Add((second, end));
        var within = string.Format(CultureInfo.InvariantCulture, Within, $"?{first}", $"?{second}");
        _conditions.Add(count.Int64(0) <= Rare
            ? $"d.event_key IN (SELECT key FROM outbox_event WHERE {within})"
            : within.Replace("subject", "+v.subject", StringComparison.Ordinal));
    }

    private static bool IsRare(SqliteSession session, string indexed)
    {
        using var count = session.Prepare($"SELECT count(*) FROM (SELECT 1 FROM outbox_delivery WHERE {indexed} LIMIT {Rare + 1})");
        count.Step();
        return count.Int64(0) <= Rare;
    }
}
