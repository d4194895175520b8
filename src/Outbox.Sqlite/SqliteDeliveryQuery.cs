using System.Globalization;
using Outbox.Deliveries;

namespace Outbox.Sqlite;

/// <summary>
/// The conditions of a delivery filter as SQL, driven by the index that leaves least to read. The text depends only on which filters are set:
/// every value is a parameter. Where no index leaves little, the table is read from the newest delivery on, and no further at once than
/// <see cref="Bound"/> says: an index on everything that people filter by would cost each enqueue more than it saves.
/// </summary>
internal sealed class SqliteDeliveryQuery
{
    /// <summary>Up to so many deliveries of a status are sorted; where there are more, reading from the newest finds a page sooner.</summary>
    private const int Rare = 10_000;

    /// <summary>Answers from here on are in the index of failures.</summary>
    private const int LeastFailure = 300;

    private static readonly Sql Ends = new("SELECT (SELECT min(key) FROM outbox_delivery), (SELECT max(key) FROM outbox_delivery)");

    private readonly List<string> _conditions = [];
    private readonly List<(int Index, object Value)> _values = [];

    // An index finds few that match all conditions but the others, so that they are sorted or filtered at no cost.
    private bool _isNarrow;

    // Each delivery's event is looked up too, which takes some times as long.
    private bool _readsEvents;

    // The condition whose index gives all that match it, newest first, and the number of its value.
    private (string Condition, int Index)? _driver;

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
            query._isNarrow = true;
        }

        if (filter.Subject is { } subject)
        {
            query.Add("d.event_key IN (SELECT key FROM outbox_event WHERE subject = {0} AND subject IS NOT NULL)", subject);
            query._isNarrow = true;
        }

        if (filter.SubjectPrefix is { Length: > 0 } prefix)
        {
            query.AddPrefix(session, prefix);
        }

        if (filter.EndpointId is { } endpointId)
        {
            query.AddDriver("d.endpoint_key = (SELECT key FROM outbox_endpoint WHERE id = {0})", endpointId);
        }

        if (filter.Status is { } status)
        {
            query.AddStatus(session, status);
        }

        if (filter.OpenOnly)
        {
            query.AddOpen(session);
        }

        query.AddAnswer(session, filter);
        query.AddOwner(session, filter.EndpointTenant);
        query.AddRest(filter);
        return query;
    }

    /// <summary>
    /// Keeps to the newest deliveries before a key, as many as may be read at once. Returns the key that the next look goes on before; null
    /// where this one sees everything.
    /// </summary>
    public long? Bound(SqliteSession session, long before, long most)
    {
        Add("d.key < {0}", before);
        var others = _conditions.Count - (_driver is null ? 1 : 2);
        if (_isNarrow || others == 0 || EndOf(session, before, _readsEvents ? most / 4 : most) is not { } end)
        {
            return null;
        }

        Add("d.key >= {0}", end);
        return end;
    }

    /// <summary>The same upwards, for a walk that begins with the oldest: the last key that is looked at.</summary>
    public long BoundUpwards(long after, long last, long most)
    {
        var end = _isNarrow || _driver is not null || last - after <= most ? last : after + most;
        Add("d.key > {0}", after).Add("d.key <= {0}", end);
        return end;
    }

    /// <summary>Only that one.</summary>
    public void AddId(string id)
    {
        Add("d.id = {0}", id);
        _isNarrow = true;
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

    public Statement Bind(Statement statement) => Bind(statement, _values);

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

        if (filter.From is { } from)
        {
            Add("d.enqueued_at >= {0}", from.ToUnixTimeMilliseconds());
        }

        if (filter.Until is { } until)
        {
            Add("d.enqueued_at < {0}", until.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>What the last attempt brought: failures are in an index, which their indexed form names.</summary>
    private void AddAnswer(SqliteSession session, DeliveryFilter filter)
    {
        if (filter.LastError is { } error)
        {
            AddIndexed(session, "last_error = {0}", error);
        }

        if (filter.LastStatusCode is >= LeastFailure and var failure)
        {
            AddIndexed(session, string.Create(CultureInfo.InvariantCulture, $"last_status_code >= {LeastFailure} AND last_status_code = {{0}}"), (long)failure);
        }
        else if (filter.LastStatusCode is { } code)
        {
            Add("d.last_status_code = {0}", (long)code);
        }
    }

    private void AddOwner(SqliteSession session, string? owner)
    {
        if (owner is null)
        {
            return;
        }

        const string Owned = "endpoint_key IN (SELECT key FROM outbox_endpoint WHERE tenant = {0})";
        if (!_isNarrow && _driver is null && IsRare(session, Owned, owner))
        {
            Add($"d.key IN (SELECT key FROM outbox_delivery WHERE {Owned})", owner);
            _isNarrow = true;
            return;
        }

        // What is owed to a tenant's endpoint is of that tenant: the first condition spares looking up most endpoints.
        Add("d.tenant = {0}", owner).Add("e.tenant = {0}", owner);
    }

    private void AddIndexed(SqliteSession session, string condition, object value)
    {
        if (_isNarrow)
        {
            Add($"+d.{condition}", value);
            return;
        }

        if (IsRare(session, condition, value))
        {
            Add($"d.key IN (SELECT key FROM outbox_delivery WHERE {condition})", value);
            _isNarrow = true;
        }
        else
        {
            AddDriver($"d.{condition}", value);
        }
    }

    private void AddDriver(string condition, object value)
    {
        if (_isNarrow || _driver is not null)
        {
            Add($"+{condition}", value);
            return;
        }

        Add(condition, value);
        _driver = (_conditions[^1], _values[^1].Index);
    }

    private long? EndOf(SqliteSession session, long before, long most)
    {
        if (_driver is not { } driver)
        {
            var ends = session.Use(Ends);
            ends.Step();
            var (oldest, newest) = (ends.Int64OrNull(0), ends.Int64OrNull(1));
            ends.Reset();
            return Math.Min(before, (newest ?? 0) + 1) - most is var end && end > oldest ? end : null;
        }

        using var last = session.Prepare(string.Create(
            CultureInfo.InvariantCulture, $"SELECT d.key FROM outbox_delivery d WHERE {driver.Condition} AND d.key < {before} ORDER BY d.key DESC LIMIT 1 OFFSET {most}"));
        Bind(last, _values.Where(value => value.Index == driver.Index));
        return last.Step() ? last.Int64(0) + 1 : null;
    }

    private void AddStatus(SqliteSession session, DeliveryStatus status)
    {
        var number = (int)status;
        var indexed = status is DeliveryStatus.Delivered or DeliveryStatus.Exhausted or DeliveryStatus.Cancelled
            ? $"status = {number} AND closed_at IS NOT NULL"
            : $"status = {number}";
        AddWhereRare([indexed], $"+d.status = {number}", session);
    }

    /// <summary>Reads the indexes of these where they hold little, else filters what is read otherwise.</summary>
    private void AddWhereRare(string[] indexed, string otherwise, SqliteSession session)
    {
        if (!_isNarrow && Array.TrueForAll(indexed, condition => IsRare(session, condition)))
        {
            _conditions.Add($"d.key IN ({string.Join(" UNION ALL ", indexed.Select(condition => $"SELECT key FROM outbox_delivery WHERE {condition}"))})");
            _isNarrow = true;
        }
        else
        {
            _conditions.Add(otherwise);
        }
    }

    private void AddOpen(SqliteSession session)
    {
        AddWhereRare(["status = 0", "status = 1", "status = 4"], "+d.status IN (0, 1, 4)", session);
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
        if (!_isNarrow && count.Int64(0) <= Rare)
        {
            _conditions.Add($"d.event_key IN (SELECT key FROM outbox_event WHERE {within})");
            _isNarrow = true;
        }
        else
        {
            _conditions.Add(within.Replace("subject", "+v.subject", StringComparison.Ordinal));
            _readsEvents = true;
        }
    }

    private static bool IsRare(SqliteSession session, string indexed, object? value = null)
    {
        var condition = string.Format(CultureInfo.InvariantCulture, indexed, "?1");
        using var count = session.Prepare($"SELECT count(*) FROM (SELECT 1 FROM outbox_delivery WHERE {condition} LIMIT {Rare + 1})");
        if (value is not null)
        {
            Bind(count, [(1, value)]);
        }

        count.Step();
        return count.Int64(0) <= Rare;
    }

    private static Statement Bind(Statement statement, IEnumerable<(int Index, object Value)> values)
    {
        foreach (var (index, value) in values)
        {
            _ = value is string text ? statement.Bind(index, text) : statement.Bind(index, (long)value);
        }

        return statement;
    }
}
