using System.Globalization;
using Npgsql;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>A filter as SQL. Only the parts that are asked for are in the statement, so that the planner picks the index for them.</summary>
internal sealed class PostgresDeliveryQuery(PostgresDatabase database)
{
    private const int LeastFailure = 300;

    /// <summary>Up to so many events whose subject begins so are looked up and sorted; where there are more, a page is found sooner from the newest.</summary>
    private const int Rare = 10_000;

    private readonly List<string> _conditions = [];
    private readonly List<NpgsqlParameter> _parameters = [];

    // A delivery has its event's time. Which of the two columns is named decides whose indexes can give the order: with a type or a tenant
    // the event's, unless the delivery's own say more. (Naming both with an equality makes the planner expect a millionth of the rows.)
    private string _time = "d.enqueued_at";
    private string? _prefix;

    /// <summary>Newest first, as the cursor counts.</summary>
    public string NewestFirst => $"order by {_time} desc, d.key desc";

    /// <summary>Oldest first, as a replay goes.</summary>
    public string OldestFirst => $"order by {_time}, d.key";

    /// <summary>d, e and p: the delivery, its event and its endpoint.</summary>
    public string From =>
        $"""
        from {database.Schema}.outbox_delivery d
        join {database.Schema}.outbox_event e on e.key = d.event_key
        join {database.Schema}.outbox_endpoint p on p.key = d.endpoint_key
        where {Conditions}
        """;

    private string Conditions => _conditions.Count == 0 ? "true" : string.Join(" and ", _conditions);

    public NpgsqlParameter[] Parameters => [.. _parameters];

    /// <summary>What matches, in an order that its indexes give.</summary>
    public PostgresDeliveryQuery Where(DeliveryFilter filter) => Where(filter, "e.tenant = {0} and p.tenant = {0}");

    /// <summary>What matches, in whatever order: a tenant's own by the index of its endpoints.</summary>
    public PostgresDeliveryQuery WhereUnordered(DeliveryFilter filter) =>
        Where(filter, "d.endpoint_key = any (array(select k.key from {schema}.outbox_endpoint k where k.tenant = {0}))");

    private PostgresDeliveryQuery Where(DeliveryFilter filter, string owned)
    {
        _prefix = filter.SubjectPrefix is { Length: > 0 } prefix ? prefix : null;
        var ofEvent = filter.EventType is not null || filter.Tenant is not null || filter.EndpointTenant is not null;
        var ofDelivery = filter.Status is not (null or DeliveryStatus.Delivered) || filter.OpenOnly || filter.LastError is not null
            || filter.LastStatusCode >= LeastFailure || _prefix is not null;
        _time = ofEvent && !ofDelivery ? "e.enqueued_at" : "d.enqueued_at";

        // The status is written out: only then can the planner use an index that holds some statuses.
        if (filter.Status is { } status)
        {
            _conditions.Add(status switch
            {
                DeliveryStatus.Waiting => "d.status = 0 and not d.leased",
                DeliveryStatus.Delivering => $"d.leased and d.key = any (array(select l.delivery_key from {database.Schema}.outbox_lease l))",
                _ => string.Create(CultureInfo.InvariantCulture, $"d.status = {(int)status}"),
            });
        }

        Add("d.endpoint_key = (select k.key from {schema}.outbox_endpoint k where k.id = {0})", filter.EndpointId, Sql.Text);
        Add("e.id = {0}", filter.EventId, Sql.Text);
        Add("e.type = {0}", filter.EventType, Sql.Text);
        Add("e.subject = {0}", filter.Subject, Sql.Text);
        Add("e.tenant = {0}", filter.Tenant, Sql.Text);

        // What is owed to a tenant's endpoint is of that tenant: the event's index helps to find it in order.
        Add(owned, filter.EndpointTenant, Sql.Text);
        Add("d.last_error = {0}", filter.LastError, Sql.Text);
        if (filter.LastStatusCode is { } code)
        {
            // Written out where it is a failure, whose index holds no others.
            Add(code >= LeastFailure ? string.Create(CultureInfo.InvariantCulture, $"d.last_status_code >= {LeastFailure} and d.last_status_code = {{0}}") : "d.last_status_code = {0}", Sql.Int(code));
        }

        if (filter.OpenOnly)
        {
            _conditions.Add("d.status in (0, 4)");
        }

        if (filter.From is { } from)
        {
            Add($"{_time} >= {{0}}", Sql.Time(from));
        }

        if (filter.Until is { } until)
        {
            Add($"{_time} < {{0}}", Sql.Time(until));
        }

        return this;
    }

    /// <summary>The beginning of the subject, as one condition among the others.</summary>
    public PostgresDeliveryQuery WithPrefix() => _prefix is null
        ? this
        : Add("e.subject >= {0}", Sql.Text(_prefix)).Add("e.subject < {0}", Sql.Text(_prefix + "\U0010FFFF"));

    /// <summary>
    /// The beginning of the subject, by the index of subjects where few begin so. Where many do, the newest deliveries are looked through, and no
    /// more of them than <paramref name="most"/>. Returns the cursor that goes on behind those; null where all are looked through.
    /// </summary>
    public async ValueTask<string?> WithPrefixAsync(NpgsqlConnection connection, string? cursor, int most, CancellationToken cancellationToken)
    {
        if (_prefix is null)
        {
            return null;
        }

        var last = _prefix + "\U0010FFFF";
        var found = await connection.ReadAsync(
            $"select count(*) from (select from {database.Schema}.outbox_event k where k.subject >= $1 and k.subject < $2 limit {Rare + 1}) c",
            [Sql.Text(_prefix), Sql.Text(last)],
            row => row.GetInt64(0),
            cancellationToken);
        if (found[0] <= Rare)
        {
            // An array hides how many there are, which the planner would take for a reason to look through all deliveries.
            Add("d.event_key = any (array(select k.key from {schema}.outbox_event k where k.subject >= {0} and k.subject < ", Sql.Text(_prefix));
            _conditions[^1] += $"${_parameters.Count + 1}))";
            _parameters.Add(Sql.Text(last));
            return null;
        }

        WithPrefix();
        var from = new PostgresDeliveryQuery(database).After(cursor);
        var end = await connection.ReadAsync(
            $"select d.enqueued_at, d.key from {database.Schema}.outbox_delivery d where {from.Conditions} {from.NewestFirst} offset {most} limit 1",
            from.Parameters,
            row => (Time: row.Time(0), Key: row.GetInt64(1)),
            cancellationToken);
        if (end.Count == 0)
        {
            return null;
        }

        Beyond(">", Number(end[0].Time), end[0].Key);
        return CursorOf(end[0].Time, end[0].Key + 1);
    }

    /// <summary>The one delivery of that id; the id says which event and endpoint, but not where the event's part ends.</summary>
    public PostgresDeliveryQuery WithId(string id)
    {
        const string Prefix = "dlv_";
        var made = id.StartsWith(Prefix, StringComparison.Ordinal) ? id[Prefix.Length..] : "";
        var events = new List<string>();
        var endpoints = new List<long>();
        for (var digits = 4; digits <= Math.Min(16, made.Length); digits++)
        {
            if (long.TryParse(made.AsSpan(made.Length - digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var endpoint)
                && string.Equals(DeliveryIds.For($"evt_{made[..^digits]}", endpoint), id, StringComparison.Ordinal))
            {
                events.Add($"evt_{made[..^digits]}");
                endpoints.Add(endpoint);
            }
        }

        Add("(e.id, d.endpoint_key) in (select * from unnest({0}, ", Sql.Texts([.. events]));
        _conditions[^1] += $"${_parameters.Count + 1}))";
        _parameters.Add(Sql.Bigints(endpoints.ToArray()));
        return this;
    }

    public PostgresDeliveryQuery After(string? cursor)
    {
        if (cursor is null)
        {
            return this;
        }

        var place = StoreCursor.Parse(cursor, 2);
        return Beyond("<", place[0], place[1]);
    }

    /// <summary>Goes on with a replay: past where it was, but not to what was enqueued after it began.</summary>
    public PostgresDeliveryQuery GoOn(string? cursor)
    {
        if (cursor is null)
        {
            return this;
        }

        var place = StoreCursor.Parse(cursor, 3);
        return Beyond(">", place[0], place[1]).Add($"{_time} <= {{0}}", Sql.Time(TimeOf(place[2])));
    }

    public static string CursorOf(DateTimeOffset enqueuedAt, long key) => StoreCursor.Format(Number(enqueuedAt), key);

    public static string CursorOf(DateTimeOffset enqueuedAt, long key, string? before, DateTimeOffset now) =>
        StoreCursor.Format(Number(enqueuedAt), key, before is null ? Number(now) : StoreCursor.Parse(before, 3)[2]);

    /// <summary>Adds a condition of the caller's own; {0} is its parameter.</summary>
    public PostgresDeliveryQuery Add(string condition, NpgsqlParameter? parameter = null)
    {
        if (parameter is not null)
        {
            _parameters.Add(parameter);
        }

        _conditions.Add(condition
            .Replace("{0}", string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}"), StringComparison.Ordinal)
            .Replace("{schema}", database.Schema, StringComparison.Ordinal));
        return this;
    }

    private static long Number(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Microseconds();

    private static DateTimeOffset TimeOf(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddMicroseconds(long.Min(microseconds, (DateTime.MaxValue - DateTime.UnixEpoch).Microseconds()));

    private PostgresDeliveryQuery Beyond(string direction, long microseconds, long key)
    {
        Add($"{_time} {direction}= {{0}} and ({_time}, d.key) {direction} ({{0}}, ", Sql.Time(TimeOf(microseconds)));
        _conditions[^1] += $"${_parameters.Count + 1})";
        _parameters.Add(Sql.Bigint(key));
        return this;
    }

    private void Add(string condition, string? value, Func<string?, NpgsqlParameter> parameter)
    {
        if (value is not null)
        {
            Add(condition, parameter(value));
        }
    }
}
