using System.Collections.Concurrent;
using Npgsql;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>Stores a batch of transitions, each only under the lease it was made for, in one round trip.</summary>
internal sealed class PostgresSettle(PostgresDatabase database)
{
    private readonly string _settle = SettleOf(database);

    // Never waits: a put in a caller's open transaction may have the endpoint's row. What is left is tried again with the next batch.
    private readonly string _disable =
        $"""
        with wanted as (
          select distinct on (p.key) p.key, w.reason from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) as w (key, token, endpoint, reason)
          join {database.Schema}.outbox_delivery d on d.key = w.key and d.lease_token = w.token and d.status = 4
          join {database.Schema}.outbox_endpoint p on p.id = w.endpoint and p.disabled_at is null and p.deleted_at is null
          order by p.key),
        free as (
          select p.key from {database.Schema}.outbox_endpoint p where p.key in (select key from wanted) for update skip locked),
        disabled as (
          update {database.Schema}.outbox_endpoint p set disabled_at = {database.Schema}.outbox_now(), disabled_reason = w.reason, drain_at = null
          from wanted w join free f on f.key = w.key where p.key = w.key
          returning p.key)
        select p.id from {database.Schema}.outbox_endpoint p where p.key in (select key from wanted except select key from disabled)
        """;

    private readonly ConcurrentQueue<Settlement> _notYetDisabled = new();

    public async ValueTask<IReadOnlyList<bool>> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken) =>
        settlements.Count == 0
            ? []
            : await database.Settling.UseAsync(connection => SettleAsync(connection, settlements, cancellationToken), cancellationToken);

    private async Task<IReadOnlyList<bool>> SettleAsync(NpgsqlConnection connection, IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        var disabling = settlements.Where(settlement => settlement.Transition.DisablesEndpoint).Concat(_notYetDisabled).ToArray();
        await using var batch = connection.CreateBatch();
        batch.Add(_settle, Parameters(settlements));
        database.Ordering.AddTo(batch, [.. settlements.Where(settlement => IsClosed(settlement.Transition.Status)).Select(settlement => settlement.Delivery.Key)]);
        if (disabling.Length > 0)
        {
            batch.Add(
                _disable,
                Sql.Bigints(Array.ConvertAll(disabling, settlement => settlement.Delivery.Key)),
                Sql.Bigints(Array.ConvertAll(disabling, settlement => settlement.Delivery.LeaseToken)),
                Sql.Texts(Array.ConvertAll(disabling, settlement => settlement.Delivery.Endpoint.Id)),
                Sql.Texts(Array.ConvertAll(disabling, settlement => settlement.Transition.Reason ?? "disabled")));
        }

        await batch.PrepareAsync(cancellationToken);
        var stored = new bool[settlements.Count];
        List<long> stuck;
        var stillEnabled = new List<string>();
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                stored[reader.GetInt64(0) - 1] = true;
            }

            await reader.NextResultAsync(cancellationToken);
            stuck = await PostgresOrdering.ReadAsync(reader, cancellationToken);
            if (await reader.NextResultAsync(cancellationToken))
            {
                stillEnabled = await reader.RowsAsync(row => row.GetString(0), cancellationToken);
            }
        }

        stuck.ForEach(database.Ordering.Remember);
        _notYetDisabled.Clear();
        foreach (var settlement in disabling.Where(settlement => stillEnabled.Contains(settlement.Delivery.Endpoint.Id, StringComparer.Ordinal)))
        {
            _notYetDisabled.Enqueue(settlement);
        }

        return stored;
    }

    private static bool IsClosed(DeliveryStatus status) => status is DeliveryStatus.Delivered or DeliveryStatus.Exhausted or DeliveryStatus.Cancelled;

    private static NpgsqlParameter[] Parameters(IReadOnlyList<Settlement> settlements)
    {
        T[] Column<T>(Func<Settlement, T> value) => [.. settlements.Select(value)];

        return
        [
            Sql.Bigints(Column(s => s.Delivery.Key)),
            Sql.Bigints(Column(s => s.Delivery.LeaseToken)),
            Sql.Ints(Column(s => (int)s.Transition.Status)),
            Sql.Bigints(Column(s => s.Transition.DueIn?.Microseconds())),
            Sql.Bools(Column(s => s.Transition.CountsAttempt)),
            Sql.Texts(Column(s => s.Transition.Reason)),
            Sql.Times(Column(s => s.Attempt?.StartedAt.ToUniversalTime())),
            Sql.Bigints(Column(s => (long?)s.Attempt?.Duration.TotalMilliseconds)),
            Sql.Ints(Column(s => s.Attempt?.StatusCode)),
            Sql.Texts(Column(s => s.Attempt?.Error)),
            Sql.Texts(Column(s => s.Attempt?.Detail)),
            Sql.Texts(Column(s => s.Attempt?.Excerpt)),
        ];
    }

    private static string SettleOf(PostgresDatabase database) =>
        $"""
        with s as materialized (
          select distinct on (key, token) * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[], $5::boolean[], $6::text[],
            $7::timestamptz[], $8::bigint[], $9::int[], $10::text[], $11::text[], $12::text[])
          with ordinality as s (key, token, status, due_in, counts, reason, started_at, duration_ms, status_code, error, detail, excerpt, place)
          order by key, token, place),
        settled as (
          update {database.Schema}.outbox_delivery d
          set status = s.status,
            gate = case when s.status = 4 or (s.status = 0 and s.due_in > 0) then 1 else 0 end,
            due_at = case when s.status in (0, 4) then {database.Schema}.outbox_now() + coalesce(s.due_in, 0) * interval '1 microsecond' else d.due_at end,
            attempts = d.attempts + s.counts::int,
            failed_tries = d.failed_tries + (s.counts and s.status = 0)::int,
            lease_owner = null,
            lease_until = null,
            closed_at = case when s.status in (2, 3, 5) then {database.Schema}.outbox_now() end,
            last_status_code = case when s.counts then s.status_code else d.last_status_code end,
            last_error = coalesce(s.reason, s.error)
          from s where d.key = s.key and d.status = 1 and d.lease_token = s.token
          returning s.place, d.key, d.attempts, d.status, d.due_at),
        recorded as (
          insert into {database.Schema}.outbox_attempt
            (delivery_key, number, started_at, duration_ms, status_code, error, detail, excerpt, next_at)
          select d.key, d.attempts, s.started_at, s.duration_ms, s.status_code, s.error, s.detail, s.excerpt, case when d.status = 0 then d.due_at end
          from settled d join s on s.place = d.place
          where s.counts and s.started_at is not null)
        select place from settled
        """;
}
