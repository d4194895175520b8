using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>Deletes what is past its retention, one bounded batch at a time, on one host at a time.</summary>
internal sealed class PostgresPrune(PostgresDatabase database)
{
    private readonly string _turn = $"select pg_try_advisory_xact_lock(hashtextextended('outbox prune {database.Options.Schema}', 0))";
    private readonly string _deliveries = DeliveriesOf(database);

    private readonly string _events =
        $"""
        with unused as (
          select e.key from {database.Schema}.outbox_event e
          where e.enqueued_at <= {database.Schema}.outbox_now() - $1
            and not exists (select from {database.Schema}.outbox_delivery d where d.event_key = e.key)
          order by e.enqueued_at limit $2),
        deleted as (delete from {database.Schema}.outbox_event e using unused u where e.key = u.key returning e.key),
        holds as (delete from {database.Schema}.outbox_hold h using deleted e where h.event_key = e.key)
        select count(*)::int from deleted
        """;

    // An enqueue that saw the endpoint alive may still be uncommitted: a deleted endpoint's row stays for an hour.
    private readonly string _endpoints =
        $"""
        with unused as (
          select p.key from {database.Schema}.outbox_endpoint p
          where (p.deleted_at <= {database.Schema}.outbox_now() - least($1, interval '1 hour') or p.expires_at <= {database.Schema}.outbox_now() - $1)
            and not exists (select from {database.Schema}.outbox_delivery d where d.endpoint_key = p.key)
          limit $2),
        deleted as (delete from {database.Schema}.outbox_endpoint p using unused u where p.key = u.key returning 1)
        select count(*)::int from deleted
        """;

    public ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async transaction =>
            {
                var connection = transaction.Connection!;
                var turn = await connection.ReadAsync(_turn, [], row => row.GetBoolean(0), cancellationToken);
                if (!turn[0])
                {
                    return 0;
                }

                var deliveries = await connection.ReadAsync(
                    _deliveries,
                    [Sql.Duration(request.KeepDelivered), Sql.Duration(request.KeepExhausted), Sql.Int(request.BatchSize)],
                    row => row.GetInt32(0),
                    cancellationToken);
                var events = await connection.ReadAsync(
                    _events, [Sql.Duration(request.KeepDelivered), Sql.Int(request.BatchSize)], row => row.GetInt32(0), cancellationToken);
                var endpoints = await connection.ReadAsync(
                    _endpoints, [Sql.Duration(request.KeepDelivered), Sql.Int(request.BatchSize)], row => row.GetInt32(0), cancellationToken);
                return deliveries[0] + events[0] + endpoints[0];
            },
            cancellationToken);

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
              returning d.key),
            attempts as (delete from {database.Schema}.outbox_attempt a using deleted d where a.delivery_key = d.key)
            select count(*)::int from deleted
            """;
    }
}
