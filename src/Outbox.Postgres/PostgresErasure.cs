using Npgsql;

namespace Outbox.Postgres;

/// <summary>Empties everything that tells about one subject. Ids, times and states stay.</summary>
internal sealed class PostgresErasure(PostgresDatabase database)
{
    private readonly string _lockEvents =
        $"select key from {database.Schema}.outbox_event where subject = $1 and ($2::text is null or tenant = $2) order by key for update";

    // Locked in the order of their keys, as a settlement does: neither can hold what the other waits for.
    private readonly string _cancel =
        $"""
        with cancelled as (
          update {database.Schema}.outbox_delivery
          set status = 5, gate = 0, closed_at = {database.Schema}.outbox_now(), last_error = 'erased', leased = false
          where key in (
            select key from {database.Schema}.outbox_delivery where event_key = any($1) and status in (0, 4)
            order by key for update)
          returning key, lease_until),
        ended as (delete from {database.Schema}.outbox_lease l using cancelled c where l.until = c.lease_until and l.delivery_key = c.key)
        select key from cancelled
        """;

    // The excerpts and details of attempts, and an error that a person may have written, can repeat the content.
    private readonly string[] _empty =
    [
        $"""
        update {database.Schema}.outbox_event
        set data = '{"{}"}', subject = null, scopes = '{"{}"}', ordering_key = null, idempotency_key = null, headers = null, erased_at = {database.Schema}.outbox_now()
        where key = any($1)
        """,
        $"delete from {database.Schema}.outbox_hold where event_key = any($1)",
        $"""
        update {database.Schema}.outbox_attempt set excerpt = null, detail = null
        where delivery_key in (select key from {database.Schema}.outbox_delivery where event_key = any($1))
        """,
        $"update {database.Schema}.outbox_delivery set ordering_key = null where event_key = any($1) and ordering_key is not null",
    ];

    private readonly string _endpoints =
        $"""
        update {database.Schema}.outbox_endpoint
        set deleted_at = {database.Schema}.outbox_now(), scope = '', url = '', secrets = '', secret_hint = null, previous_secret_until = null, drain_at = null
        where scope = 'call:' || $1 and ($2::text is null or tenant = $2) and deleted_at is null
        """;

    public ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async transaction =>
            {
                var connection = transaction.Connection!;
                NpgsqlParameter[] Named() => [Sql.Text(subject), Sql.Text(tenant)];
                var events = await connection.ReadAsync(_lockEvents, Named(), row => row.GetInt64(0), cancellationToken);
                NpgsqlParameter[] Keys() => [Sql.Bigints(events.ToArray())];
                var cancelled = await connection.ReadAsync(_cancel, Keys(), row => row.GetInt64(0), cancellationToken);
                await database.Ordering.MoveUpAsync(connection, [.. cancelled], cancellationToken);
                foreach (var statement in _empty)
                {
                    await connection.RunAsync(statement, Keys(), cancellationToken);
                }

                var endpoints = await connection.RunAsync(_endpoints, Named(), cancellationToken);
                return new ErasureResult(events.Count, cancelled.Count, endpoints);
            },
            cancellationToken);
}
