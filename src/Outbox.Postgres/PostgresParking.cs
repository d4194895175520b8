using Npgsql;

namespace Outbox.Postgres;

/// <summary>Parks what is owed to disabled endpoints, cancels what is owed to deleted ones, and lets parked deliveries out again, paced.</summary>
internal sealed class PostgresParking(PostgresDatabase database)
{
    private readonly string _park =
        $"""
        with waiting as (
          select d.key, d.deleted from (
            select r.key, p.deleted_at is not null as deleted from {database.Schema}.outbox_endpoint p cross join lateral (
              select d.key from {database.Schema}.outbox_delivery d
              where d.endpoint_key = p.key and d.status = 0 and d.gate = 0 and (p.deleted_at is not null or not d.leased)
              union all
              select d.key from {database.Schema}.outbox_delivery d where d.endpoint_key = p.key and d.status = 0 and d.gate > 0
              union all
              select d.key from {database.Schema}.outbox_delivery d where d.endpoint_key = p.key and d.status = 4 and p.deleted_at is not null) r
            where p.disabled_at is not null or p.deleted_at is not null) d
          limit $1),
        free as (
          select d.key, w.deleted from waiting w join {database.Schema}.outbox_delivery d on d.key = w.key
          where d.status in (0, 4) for update of d skip locked),
        changed as (
          update {database.Schema}.outbox_delivery d
          set status = case when f.deleted then 5 else 4 end,
            gate = case when f.deleted then 0 when d.gate = 2 then 2 else 1 end,
            closed_at = case when f.deleted then {database.Schema}.outbox_now() end,
            last_error = case when f.deleted then 'endpoint deleted' else d.last_error end,
            leased = false
          from free f where d.key = f.key and (f.deleted or (d.status = 0 and not d.leased))
          returning d.key, d.lease_until),
        ended as (delete from {database.Schema}.outbox_lease l using changed c where l.until = c.lease_until and l.delivery_key = c.key)
        select count(*)::int from changed
        """;

    // One host takes a portion: the endpoint's row is its turn.
    private readonly string _takeTurns =
        $"""
        update {database.Schema}.outbox_endpoint set drain_at = {database.Schema}.outbox_now() + $1
        where key in (
          select key from {database.Schema}.outbox_endpoint
          where (drain_at <= {database.Schema}.outbox_now() or drain_at > {database.Schema}.outbox_now() + $1) and disabled_at is null and deleted_at is null
          for update skip locked)
        returning key
        """;

    private readonly string _letOut =
        $"""
        update {database.Schema}.outbox_delivery d
        set status = 0, gate = case when d.gate = 2 then 2 when d.due_at <= {database.Schema}.outbox_now() then 0 else 1 end
        where d.key in (
          select o.key from unnest($1::bigint[]) as p (key) cross join lateral (
            select k.key from {database.Schema}.outbox_delivery k where k.endpoint_key = p.key and k.status = 4
            order by k.key limit $2 for update skip locked) o)
        """;

    private readonly string _endTurns =
        $"""
        update {database.Schema}.outbox_endpoint p set drain_at = null
        where p.key = any($1) and not exists (select from {database.Schema}.outbox_delivery d where d.endpoint_key = p.key and d.status = 4)
        """;

    private readonly string _draining =
        $"select exists (select from {database.Schema}.outbox_endpoint where drain_at is not null and disabled_at is null and deleted_at is null)";

    /// <summary>Parks or cancels a portion.</summary>
    public ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken) =>
        database.Claiming.UseAsync(
            async connection => (await connection.ReadAsync(_park, [Sql.Int(limit)], row => row.GetInt32(0), cancellationToken))[0], cancellationToken);

    /// <summary>Lets out a portion of each endpoint whose turn has come.</summary>
    public ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken) =>
        database.Claiming.UseAsync(
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var turns = await connection.ReadAsync(_takeTurns, [Sql.Duration(interval)], row => row.GetInt64(0), cancellationToken);
                if (turns.Count > 0)
                {
                    NpgsqlParameter[] endpoints = [Sql.Bigints(turns.ToArray())];
                    await connection.RunAsync(_letOut, [.. endpoints, Sql.Int(portion)], cancellationToken);
                    await connection.RunAsync(_endTurns, [Sql.Bigints(turns.ToArray())], cancellationToken);
                }

                var left = await connection.ReadAsync(_draining, [], row => row.GetBoolean(0), cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return left[0];
            },
            cancellationToken);
}
