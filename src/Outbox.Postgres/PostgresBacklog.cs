namespace Outbox.Postgres;

/// <summary>Counts what is owed, from the partial indexes.</summary>
internal sealed class PostgresBacklog(PostgresDatabase database)
{
    /// <summary>What waits because its endpoint fails, or asked for a pace, is not late.</summary>
    public const string TakesAll = "p.disabled_at is null and p.deleted_at is null and p.blocked_until is null and p.max_per_second is null";

    // One statement is one snapshot. The lanes are walked as a claim walks them: what lies between is not read.
    private readonly string _counts =
        $"""
        with recursive lane (endpoint_key) as (
          (select d.endpoint_key from {database.Schema}.outbox_delivery d where d.status = 0 and d.gate = 0 order by d.endpoint_key limit 1)
          union all
          select (
            select d.endpoint_key from {database.Schema}.outbox_delivery d
            where d.status = 0 and d.gate = 0 and d.endpoint_key > l.endpoint_key order by d.endpoint_key limit 1)
          from lane l where l.endpoint_key is not null),
        oldest (due_at) as (
          (select r.due_at
          from lane l join {database.Schema}.outbox_endpoint p on p.key = l.endpoint_key
          cross join lateral (
            select d.due_at from {database.Schema}.outbox_delivery d
            where d.status = 0 and d.gate = 0 and d.endpoint_key = l.endpoint_key and not d.leased order by d.due_at, d.key limit 1) r
          where {TakesAll}
          order by r.due_at limit 1)
          union all
          (select d.due_at from {database.Schema}.outbox_delivery d join {database.Schema}.outbox_endpoint p on p.key = d.endpoint_key
          where d.status = 0 and d.gate = 1 and d.due_at <= {database.Schema}.outbox_now() and {TakesAll}
          order by d.due_at limit 1)),
        leased (count) as materialized (
          select count(*) from {database.Schema}.outbox_lease l join {database.Schema}.outbox_delivery d on d.key = l.delivery_key where d.leased and d.lease_until = l.until)
        select
          (select count(*) from {database.Schema}.outbox_delivery where status = 0 and gate = 0)
            + (select count(*) from {database.Schema}.outbox_delivery where status = 0 and gate > 0)
            - (select count from leased),
          (select count from leased),
          (select count(*) from {database.Schema}.outbox_delivery where status = 4),
          (select count(*) from {database.Schema}.outbox_delivery where status = 3),
          (select count(*) from {database.Schema}.outbox_endpoint where disabled_at is not null and deleted_at is null),
          (select max(greatest({database.Schema}.outbox_now() - due_at, interval '0')) from oldest)
        """;

    public async ValueTask<WebhookBacklog> CountAsync(CancellationToken cancellationToken)
    {
        var rows = await database.UseAsync(
            connection => connection.ReadAsync(
                _counts,
                [],
                row => new WebhookBacklog
                {
                    Waiting = row.GetInt64(0),
                    Delivering = row.GetInt64(1),
                    Parked = row.GetInt64(2),
                    Exhausted = row.GetInt64(3),
                    DisabledEndpoints = row.GetInt64(4),
                    OldestDue = row.IsDBNull(5) ? null : row.GetTimeSpan(5),
                },
                cancellationToken),
            cancellationToken);
        return rows[0];
    }
}
