using System.Globalization;
using Npgsql;
using Outbox.Inspection;

namespace Outbox.Postgres;

/// <summary>What is owed now. Each count reads the index of what it counts, and stops at the limit.</summary>
internal sealed class PostgresOpenWork(PostgresDatabase database)
{
    public async ValueTask<OpenWork> CountAsync(OpenWorkFilter filter, int limit, CancellationToken cancellationToken)
    {
        var statement = Statement(filter, limit);
        NpgsqlParameter[] parameters = [Sql.Text(filter.EndpointId), Sql.Text(filter.EndpointTenant)];
        var found = await database.UseAsync(
            connection => connection.ReadAsync(statement, parameters, row => Read(row, limit), cancellationToken), cancellationToken);
        return found[0];
    }

    private static OpenWork Read(NpgsqlDataReader row, int limit) => new()
    {
        Ready = BoundedCount.Of(row.GetInt64(0), limit),
        Scheduled = BoundedCount.Of(row.GetInt64(1), limit),
        Delivering = BoundedCount.Of(row.GetInt64(2), limit),
        Parked = BoundedCount.Of(row.GetInt64(3), limit),
        Exhausted = BoundedCount.Of(row.GetInt64(4), limit),
        OldestDueAt = row.TimeOrNull(5),
    };

    private string Statement(OpenWorkFilter filter, int limit)
    {
        var now = $"{database.Schema}.outbox_now()";
        var all = filter is { EndpointId: null, EndpointTenant: null };
        var of = all ? "" : "and d.endpoint_key in (select key from owner)";
        string Count(string condition) => string.Create(
            CultureInfo.InvariantCulture, $"(select count(*) from (select 1 from {database.Schema}.outbox_delivery d where {condition} {of} limit {limit + 1L}) c)");

        return
            $"""
            with owner as materialized (
              select key from {database.Schema}.outbox_endpoint
              where ($1::text is null or id = $1) and ($2::text is null or tenant = $2) and deleted_at is null)
            select
              {Count("d.status = 0 and d.gate = 0 and not d.leased")} + {Count($"d.status = 0 and d.gate = 1 and d.due_at <= {now}")},
              {Count($"d.status = 0 and d.gate = 1 and d.due_at > {now}")} + {Count("d.status = 0 and d.gate = 2")},
              {Count($"d.leased and d.key = any (array(select l.delivery_key from {database.Schema}.outbox_lease l))")}, {Count("d.status = 4")}, {Count("d.status = 3")},
              least(
                (select min(lane.due_at) from owner o join {database.Schema}.outbox_endpoint p on p.key = o.key cross join lateral (
                   select d.due_at from {database.Schema}.outbox_delivery d
                   where d.status = 0 and d.gate = 0 and d.endpoint_key = o.key and d.due_at <= {now} and not d.leased order by d.due_at, d.key limit 1) lane
                 where {PostgresBacklog.TakesAll}),
                (select d.due_at from {database.Schema}.outbox_delivery d join {database.Schema}.outbox_endpoint p on p.key = d.endpoint_key
                 where d.status = 0 and d.gate = 1 and d.due_at <= {now} {of} and {PostgresBacklog.TakesAll} order by d.due_at limit 1))
            """;
    }
}
