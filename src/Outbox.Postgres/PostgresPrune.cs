using Npgsql;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>Deletes what is past its retention, one bounded batch at a time, on one host at a time.</summary>
internal sealed class PostgresPrune(PostgresDatabase database)
{
    /// <summary>How many old events are looked at for one that nothing refers to, in one statement and in one batch.</summary>
    private const int Stride = 20_000;
    private const int MostStrides = 5;

    private readonly string _turn = $"select pg_try_advisory_xact_lock(hashtextextended('outbox prune {database.Options.Schema}', 0))";
    private readonly string _deliveries = DeliveriesOf(database);

    private readonly string _eventsLeftOver =
        $"""
        with deleted as (
          delete from {database.Schema}.outbox_event e
          where e.key = any($1) and e.enqueued_at <= {database.Schema}.outbox_now() - $2
            and (select d.key from {database.Schema}.outbox_delivery d where d.event_key = e.key limit 1) is null
          returning e.key),
        holds as (delete from {database.Schema}.outbox_hold h using deleted e where h.event_key = e.key)
        select count(*)::int from deleted
        """;

    // Events that no endpoint wanted. They lie among those whose deliveries are kept longer, so the walk goes on where the last one ended.
    private readonly string _eventsUnwanted =
        $"""
        with stride as materialized (
          select e.key, e.enqueued_at from {database.Schema}.outbox_event e
          where e.enqueued_at >= $1 and e.enqueued_at <= {database.Schema}.outbox_now() - $2
          order by e.enqueued_at limit {Stride}),
        unused as (
          select s.key from stride s
          where (select d.key from {database.Schema}.outbox_delivery d where d.event_key = s.key limit 1) is null
          limit $3),
        deleted as (delete from {database.Schema}.outbox_event e using unused u where e.key = u.key returning e.key),
        holds as (delete from {database.Schema}.outbox_hold h using deleted e where h.event_key = e.key)
        select (select count(*)::int from deleted), (select count(*)::int from stride), (select max(enqueued_at) from stride)
        """;

    // An enqueue that saw the endpoint alive may still be uncommitted: a deleted endpoint's row stays for an hour.
    private readonly string _endpoints =
        $"""
        with unused as (
          select p.key from {database.Schema}.outbox_endpoint p
          where (p.deleted_at <= {database.Schema}.outbox_now() - least($1, interval '1 hour') or p.expires_at <= {database.Schema}.outbox_now() - $1)
            and (select d.key from {database.Schema}.outbox_delivery d where d.endpoint_key = p.key limit 1) is null
          limit $2),
        deleted as (delete from {database.Schema}.outbox_endpoint p using unused u where p.key = u.key returning 1)
        select count(*)::int from deleted
        """;

    private DateTimeOffset _walked = DateTimeOffset.UnixEpoch;

    public ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken) =>
        database.TransactAsync(transaction => PruneAsync(transaction.Connection!, request, cancellationToken), cancellationToken);

    private async Task<int> PruneAsync(NpgsqlConnection connection, PruneRequest request, CancellationToken cancellationToken)
    {
        var turn = await connection.ReadAsync(_turn, [], row => row.GetBoolean(0), cancellationToken);
        if (!turn[0])
        {
            return 0;
        }

        var deleted = await connection.ReadAsync(
            _deliveries,
            [Sql.Duration(request.KeepDelivered), Sql.Duration(request.KeepExhausted), Sql.Int(request.BatchSize)],
            row => row.GetInt64(0),
            cancellationToken);
        var leftOver = await connection.ReadAsync(
            _eventsLeftOver, [Sql.Bigints(deleted.Distinct().ToArray()), Sql.Duration(request.KeepDelivered)], row => row.GetInt32(0), cancellationToken);
        var unwanted = deleted.Count < request.BatchSize ? await WalkAsync(connection, request, cancellationToken) : 0;
        var endpoints = await connection.ReadAsync(
            _endpoints, [Sql.Duration(request.KeepDelivered), Sql.Int(request.BatchSize)], row => row.GetInt32(0), cancellationToken);
        return deleted.Count + leftOver[0] + unwanted + endpoints[0];
    }

    private async Task<int> WalkAsync(NpgsqlConnection connection, PruneRequest request, CancellationToken cancellationToken)
    {
        for (var stride = 0; stride < MostStrides; stride++)
        {
            var walk = await connection.ReadAsync(
                _eventsUnwanted,
                [Sql.Time(_walked), Sql.Duration(request.KeepDelivered), Sql.Int(request.BatchSize)],
                row => (Deleted: row.GetInt32(0), Seen: row.GetInt32(1), Last: row.TimeOrNull(2)),
                cancellationToken);
            if (walk[0].Deleted > 0)
            {
                return walk[0].Deleted;
            }

            // A stride of events that all have one time would not move; to begin anew is then as good.
            _walked = walk[0].Seen == Stride && walk[0].Last > _walked ? walk[0].Last!.Value : DateTimeOffset.UnixEpoch;
            if (_walked == DateTimeOffset.UnixEpoch)
            {
                break;
            }
        }

        return 0;
    }

    // Three reads of the index by (status, closed_at), oldest first. A delivery that is replayed meanwhile fails the second look and stays.
    private static string DeliveriesOf(PostgresDatabase database)
    {
        string Old(int status, string keep) =>
            $"(select key from {database.Schema}.outbox_delivery where status = {status} and closed_at <= {database.Schema}.outbox_now() - {keep} order by closed_at limit $3)";

        return
            $"""
            with old as materialized (
              select key from ({Old(2, "$1")} union all {Old(5, "$1")} union all {Old(3, "$2")}) o limit $3),
            deleted as (
              delete from {database.Schema}.outbox_delivery d using old o
              where d.key = o.key and (
                (d.status in (2, 5) and d.closed_at <= {database.Schema}.outbox_now() - $1) or (d.status = 3 and d.closed_at <= {database.Schema}.outbox_now() - $2))
              returning d.key, d.event_key, d.lease_until),
            leases as (delete from {database.Schema}.outbox_lease l using deleted d where l.until = d.lease_until and l.delivery_key = d.key),
            attempts as (delete from {database.Schema}.outbox_attempt a using deleted d where a.delivery_key = d.key)
            select event_key from deleted
            """;
    }
}
