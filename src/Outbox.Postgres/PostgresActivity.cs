using Npgsql;
using Outbox.Inspection;

namespace Outbox.Postgres;

/// <summary>What was done over time: a row for each endpoint and minute, for each endpoint and hour, and the same for all endpoints together.</summary>
internal sealed class PostgresActivity(PostgresDatabase database)
{
    private static readonly string Sums =
        $"sum(a.attempts)::bigint, sum(a.delivered)::bigint, sum(a.exhausted)::bigint, array[{string.Join(", ", Enumerable.Range(1, LatencyHistogram.Size).Select(i => $"sum(a.latency[{i}])::bigint"))}]";

    // In the order of the key, as every process adds: none can hold what the other waits for.
    private readonly string _add =
        $"""
        insert into {database.Schema}.outbox_activity as a (endpoint, grain, start, attempts, delivered, exhausted, latency)
        select n.endpoint, n.grain, n.start, n.attempts, n.delivered, n.exhausted, string_to_array(n.latency, ',')::bigint[]
        from unnest($1::text[], $2::int[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
          as n (endpoint, grain, start, attempts, delivered, exhausted, latency)
        order by n.endpoint collate "C", n.grain, n.start
        on conflict (endpoint, grain, start) do update set
          attempts = a.attempts + excluded.attempts, delivered = a.delivered + excluded.delivered, exhausted = a.exhausted + excluded.exhausted,
          latency = (select array_agg(h.a + h.b order by h.i) from unnest(a.latency, excluded.latency) with ordinality as h (a, b, i))
        """;

    private readonly string _strips = $"select endpoint, strip from {database.Schema}.outbox_recent where endpoint = any($1)";

    private readonly string _lockStrips =
        $"""
        insert into {database.Schema}.outbox_recent (endpoint, strip) select id, '' from unnest($1::text[]) as n (id) order by id collate "C" on conflict (endpoint)
        do update set endpoint = excluded.endpoint
        returning endpoint, strip
        """;

    private readonly string _putStrips =
        $"update {database.Schema}.outbox_recent r set strip = n.strip from unnest($1::text[], $2::text[]) as n (endpoint, strip) where r.endpoint = n.endpoint";

    private readonly string _points =
        $"""
        select a.start, {Sums} from {database.Schema}.outbox_activity a
        where a.endpoint = $1 and a.grain = $2 and a.start >= $3 and a.start < $4 group by a.start order by a.start
        """;

    private readonly string _pointsOfTenant =
        $"""
        select a.start, {Sums} from {database.Schema}.outbox_activity a
        where a.endpoint = any (array(select p.id from {database.Schema}.outbox_endpoint p where p.tenant = $5 and ($1 = '' or p.id = $1))) and a.grain = $2 and a.start >= $3 and a.start < $4 group by a.start order by a.start
        """;

    private readonly string _health =
        $"""
        select a.endpoint, {Sums} from {database.Schema}.outbox_activity a
        where a.endpoint = any($1) and a.grain = 1 and a.start >= date_trunc('hour', $2, 'UTC') group by a.endpoint
        """;

    private readonly string _prune =
        $"""
        with strips as (
          delete from {database.Schema}.outbox_recent r
          where not exists (select from {database.Schema}.outbox_endpoint p where p.id = r.endpoint and p.deleted_at is null))
        delete from {database.Schema}.outbox_activity where (grain = 0 and start < $1) or (grain = 1 and start < $2)
        """;

    public async ValueTask AddAsync(IReadOnlyList<EndpointActivity> activity, CancellationToken cancellationToken)
    {
        var rows = activity.SelectMany(RowsOf).GroupBy(row => row.Key, row => row.Counts).Select(group => (group.Key, Counts: group.Aggregate((a, b) => a.Plus(b)))).ToArray();
        var recent = activity.GroupBy(one => one.EndpointId, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.SelectMany(one => one.Recent), StringComparer.Ordinal);
        await database.TransactAsync(
            async transaction =>
            {
                var connection = transaction.Connection!;
                await connection.RunAsync(
                    _add,
                    [
                        Sql.Texts(Array.ConvertAll(rows, row => row.Key.Endpoint)),
                        Sql.Ints(Array.ConvertAll(rows, row => (int)row.Key.Grain)),
                        Sql.Times(Array.ConvertAll(rows, row => row.Key.Start)),
                        Sql.Bigints(Array.ConvertAll(rows, row => row.Counts.Attempts)),
                        Sql.Bigints(Array.ConvertAll(rows, row => row.Counts.Delivered)),
                        Sql.Bigints(Array.ConvertAll(rows, row => row.Counts.Exhausted)),
                        Sql.Texts(Array.ConvertAll(rows, row => string.Join(',', row.Counts.Latency.Counts))),
                    ],
                    cancellationToken);
                var strips = await connection.ReadAsync(
                    _lockStrips, [Sql.Texts([.. recent.Keys])], row => (Endpoint: row.GetString(0), Strip: row.GetString(1)), cancellationToken);
                return await connection.RunAsync(
                    _putStrips,
                    [
                        Sql.Texts([.. strips.Select(row => row.Endpoint)]),
                        Sql.Texts([.. strips.Select(row => RecentAttempt.Add(row.Strip, recent[row.Endpoint]))]),
                    ],
                    cancellationToken);
            },
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<ActivityPoint>> ReadAsync(ActivityFilter filter, CancellationToken cancellationToken)
    {
        List<NpgsqlParameter> parameters = [Sql.Text(filter.EndpointId ?? ""), Sql.Int((int)filter.Grain), Sql.Time(filter.From), Sql.Time(filter.Until)];
        if (filter.EndpointTenant is { } tenant)
        {
            parameters.Add(Sql.Text(tenant));
        }

        return await database.UseAsync(
            connection => connection.ReadAsync(
                filter.EndpointTenant is null ? _points : _pointsOfTenant,
                [.. parameters],
                row => new ActivityPoint(row.Time(0), CountsOf(row)),
                cancellationToken),
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<EndpointHealth>> HealthAsync(
        IReadOnlyList<string> endpointIds, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var (counts, strips) = await database.UseAsync(
            async connection =>
            {
                var counts = await connection.ReadAsync(
                    _health, [Sql.Texts([.. endpointIds]), Sql.Time(since)], row => (Endpoint: row.GetString(0), Counts: CountsOf(row)), cancellationToken);
                var strips = await connection.ReadAsync(
                    _strips, [Sql.Texts([.. endpointIds])], row => (Endpoint: row.GetString(0), Strip: row.GetString(1)), cancellationToken);
                return (counts.ToDictionary(row => row.Endpoint, row => row.Counts, StringComparer.Ordinal), strips.ToDictionary(row => row.Endpoint, row => row.Strip, StringComparer.Ordinal));
            },
            cancellationToken);
        return
        [
            .. endpointIds
                .Where(id => counts.ContainsKey(id) || strips.ContainsKey(id))
                .Select(id => new EndpointHealth(id, counts.GetValueOrDefault(id, ActivityCounts.None), RecentAttempt.Parse(strips.GetValueOrDefault(id, "")))),
        ];
    }

    public async ValueTask PruneAsync(DateTimeOffset minutesBefore, DateTimeOffset hoursBefore, CancellationToken cancellationToken) =>
        await database.UseAsync(connection => connection.RunAsync(_prune, [Sql.Time(minutesBefore), Sql.Time(hoursBefore)], cancellationToken), cancellationToken);

    private static IEnumerable<(Place Key, ActivityCounts Counts)> RowsOf(EndpointActivity one)
    {
        foreach (var endpoint in new[] { one.EndpointId, "" })
        {
            yield return (new Place(endpoint, ActivityGrain.Minute, one.Minute), one.Counts);
            yield return (new Place(endpoint, ActivityGrain.Hour, one.Hour), one.Counts);
        }
    }

    private static ActivityCounts CountsOf(NpgsqlDataReader row) => new()
    {
        Attempts = row.GetInt64(1),
        Delivered = row.GetInt64(2),
        Exhausted = row.GetInt64(3),
        Latency = LatencyHistogram.From(row.GetFieldValue<long[]>(4)),
    };

    /// <summary>A row's key; the endpoint is empty for all together.</summary>
    private sealed record Place(string Endpoint, ActivityGrain Grain, DateTimeOffset Start);
}
