using System.Collections.Concurrent;
using System.Data;
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
        select p.id, p.key in (select key from disabled) from {database.Schema}.outbox_endpoint p where p.key in (select key from wanted)
        """;

    private readonly ConcurrentQueue<Settlement> _notYetDisabled = new();

    private readonly PostgresEnqueue _enqueue = new(database);

    public async ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken) =>
        settlements.Count == 0
            ? SettleResult.Nothing
            : await database.Settling.UseAsync(connection => SettleAsync(connection, settlements, cancellationToken), cancellationToken);

    private async Task<SettleResult> SettleAsync(NpgsqlConnection connection, IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        var disabling = settlements.Where(settlement => settlement.Transition.DisablesEndpoint).Concat(_notYetDisabled).ToArray();
        if (disabling.Length == 0 && !settlements.Any(MayBeTold))
        {
            // A batch without a transaction around it is one.
            return new SettleResult((await StoreAsync(connection, settlements, disabling, cancellationToken)).Stored, []);
        }

        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var stored = await StoreAsync(connection, settlements, disabling, cancellationToken);
        var notices = Notices(settlements, disabling, stored).ToList();
        foreach (var notice in notices)
        {
            await _enqueue.EnqueueAsync(notice, connection, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        _notYetDisabled.Clear();
        foreach (var settlement in disabling.Where(settlement => stored.StillEnabled.Contains(settlement.Delivery.Endpoint.Id)))
        {
            _notYetDisabled.Enqueue(settlement);
        }

        return new SettleResult(stored.Stored, notices);
    }

    private async Task<Outcome> StoreAsync(
        NpgsqlConnection connection, IReadOnlyList<Settlement> settlements, Settlement[] disabling, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.Add(_settle, Parameters(settlements));
        var closed = settlements.Where(settlement => settlement.Delivery.Ordered && IsClosed(settlement.Transition.Status)).Select(settlement => settlement.Delivery.Key).ToArray();
        if (closed.Length > 0)
        {
            database.Ordering.AddTo(batch, closed);
        }

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
        var outcome = new Outcome(new bool[settlements.Count]);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var place = (int)reader.GetInt64(0) - 1;
            outcome.Stored[place] = true;
            if (reader.GetBoolean(1))
            {
                outcome.Recovered.Add(place);
            }
        }

        if (closed.Length > 0)
        {
            await reader.NextResultAsync(cancellationToken);
            (await PostgresOrdering.ReadAsync(reader, cancellationToken)).ForEach(database.Ordering.Remember);
        }

        if (await reader.NextResultAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                (reader.GetBoolean(1) ? outcome.Disabled : outcome.StillEnabled).Add(reader.GetString(0));
            }
        }

        return outcome;
    }

    private static IEnumerable<NewEvent> Notices(IReadOnlyList<Settlement> settlements, Settlement[] disabling, Outcome outcome)
    {
        var causes = settlements
            .Where((settlement, place) => outcome.Stored[place] && settlement.Transition.Status == DeliveryStatus.Exhausted)
            .Select(by => (By: by, Cause: NoticeCause.DeliveryExhausted))
            .Concat(outcome.Recovered.Select(place => (By: settlements[place], Cause: NoticeCause.EndpointRecovered)))
            .Concat(outcome.Disabled.Select(id => (
                By: Array.Find(disabling, settlement => string.Equals(settlement.Delivery.Endpoint.Id, id, StringComparison.Ordinal))!, Cause: NoticeCause.EndpointDisabled)));
        return causes.Where(caused => caused.By.Notice is not null).Select(caused => caused.By.Notice!(caused.By, caused.Cause));
    }

    private static bool MayBeTold(Settlement settlement) =>
        settlement is { Notice: not null, Transition.Status: DeliveryStatus.Exhausted } or { Notice: not null, Effect.EndsBlock: true };

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
            Sql.Bools(Column(s => s.Effect.EndsFailures)),
            Sql.Bools(Column(s => s.Effect.EndsBlock)),
            Sql.Bools(Column(s => s.Effect.CountsFailure)),
            Sql.Ints(Column(s => s.Effect.BlockFrom)),
            Sql.Bigints(Column(s => s.Effect.BlockFor?.Microseconds())),
        ];
    }

    private static string SettleOf(PostgresDatabase database) =>
        $"""
        with s as materialized (
          select distinct on (key, token) * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[], $5::boolean[], $6::text[],
            $7::timestamptz[], $8::bigint[], $9::int[], $10::text[], $11::text[], $12::text[],
            $13::boolean[], $14::boolean[], $15::boolean[], $16::int[], $17::bigint[])
          with ordinality as s (key, token, status, due_in, counts, reason, started_at, duration_ms, status_code, error, detail, excerpt,
            ends_failures, ends_block, counts_failure, block_from, block_for, place)
          order by key, token, place),
        settled as (
          update {database.Schema}.outbox_delivery d
          set status = s.status,
            gate = case when s.status = 4 or (s.status = 0 and s.due_in > 0) then 1 else 0 end,
            due_at = case when s.status in (0, 4) then {database.Schema}.outbox_now() + coalesce(s.due_in, 0) * interval '1 microsecond' else d.due_at end,
            attempts = d.attempts + s.counts::int,
            failed_tries = d.failed_tries + (s.counts and s.status = 0)::int,
            leased = false,
            closed_at = case when s.status in (2, 3, 5) then {database.Schema}.outbox_now() end,
            last_status_code = case when s.counts then s.status_code else d.last_status_code end,
            last_error = coalesce(s.reason, s.error)
          from s where d.key = s.key and d.leased and d.lease_token = s.token
          returning s.place, d.key, d.endpoint_key, d.attempts, d.status, d.due_at, d.lease_until),
        ended as (delete from {database.Schema}.outbox_lease l using settled d where l.until = d.lease_until and l.delivery_key = d.key),
        recorded as (
          insert into {database.Schema}.outbox_attempt
            (delivery_key, number, started_at, duration_ms, status_code, error, detail, excerpt, next_at)
          select d.key, d.attempts, s.started_at, s.duration_ms, s.status_code, s.error, s.detail, s.excerpt, case when d.status = 0 then d.due_at end
          from settled d join s on s.place = d.place
          where s.counts and s.started_at is not null),
        {PostgresHealth.Changes(database)}
        select d.place, h.opener is not null from settled d left join health h on h.opener = d.place
        """;

    /// <summary>What a batch changed: which settlements were stored, which of them ended a block, and which endpoints they disabled, or have yet to.</summary>
    private sealed record Outcome(bool[] Stored)
    {
        public List<int> Recovered { get; } = [];

        public HashSet<string> Disabled { get; } = new(StringComparer.Ordinal);

        public HashSet<string> StillEnabled { get; } = new(StringComparer.Ordinal);
    }
}
