using Npgsql;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>What became of each delivery, and the operator's verbs.</summary>
internal sealed class PostgresDeliveryStore(PostgresDatabase database) : IDeliveryStore
{
    /// <summary>So many deliveries are looked through for a page where no index helps; where they hold less than a page, the cursor goes on.</summary>
    private const int ReadAtOnce = 25_000;

    private readonly PostgresErasure _erasure = new(database);
    private readonly PostgresBacklog _backlog = new(database);

    private readonly string _columns =
        $"""
        select d.key, e.id, e.type, e.tenant, e.subject, p.id, p.key, d.profile, case when d.leased then 1::smallint else d.status end, d.due_at, d.attempts, d.last_status_code, d.last_error,
          e.occurred_at, d.enqueued_at, d.closed_at,
          case when d.status = 0 and d.lease_token = 0 and d.due_at > {database.Schema}.outbox_now() then array(
            select h.artifact from {database.Schema}.outbox_hold h
            where h.event_key = d.event_key and h.released_at is null and h.deadline > {database.Schema}.outbox_now() order by h.deadline, h.artifact) else '{"{}"}' end
        """;

    private readonly string _attempts =
        $"""
        select number, started_at, duration_ms, status_code, error, detail, excerpt, next_at
        from {database.Schema}.outbox_attempt where delivery_key = $1 order by number
        """;

    private readonly string _holds =
        $"select artifact, deadline, released_at from {database.Schema}.outbox_hold where event_key = $1 order by deadline, artifact";

    private readonly string _held =
        $"""
        select e.id, e.tenant, e.subject, h.artifact, h.deadline
        from {database.Schema}.outbox_hold h join {database.Schema}.outbox_event e on e.key = h.event_key
        where h.released_at is null and h.deadline > {database.Schema}.outbox_now() and e.subject is not null
          and exists (select from {database.Schema}.outbox_delivery d where d.event_key = e.key and d.status in (0, 4))
          and not exists (select from {database.Schema}.outbox_delivery d where d.event_key = e.key and d.lease_token > 0)
        order by h.deadline, h.event_key, h.artifact limit $1
        """;

    private readonly string _cancel =
        $"""
        with cancelled as (
          update {database.Schema}.outbox_delivery d
          set status = 5, gate = 0, closed_at = {database.Schema}.outbox_now(), last_error = $2, leased = false
          where d.key = $1 and d.status in (0, 4)
          returning d.key, d.lease_until),
        ended as (delete from {database.Schema}.outbox_lease l using cancelled c where l.until = c.lease_until and l.delivery_key = c.key)
        select key from cancelled
        """;

    public ValueTask<DeliveryDetails?> GetAsync(string id, CancellationToken cancellationToken) =>
        database.UseAsync(
            async connection =>
            {
                var query = new PostgresDeliveryQuery(database).WithId(id);
                var found = await connection.ReadAsync(
                    $"{_columns}, e.data, e.headers, e.scopes, e.ordering_key, e.idempotency_key, e.erased_at, d.ship_transcript, e.key {query.From}",
                    query.Parameters,
                    row => (Key: row.GetInt64(0), Details: ReadDetails(row), EventKey: row.GetInt64(24)),
                    cancellationToken);
                if (found.Count == 0)
                {
                    return null;
                }

                var attempts = await connection.ReadAsync(_attempts, [Sql.Bigint(found[0].Key)], ReadAttempt, cancellationToken);
                var holds = await connection.ReadAsync(
                    _holds, [Sql.Bigint(found[0].EventKey)], row => new HoldInfo(row.GetString(0), row.Time(1), row.TimeOrNull(2)), cancellationToken);
                return found[0].Details with { AttemptLog = attempts, Holds = holds };
            },
            cancellationToken);

    public ValueTask<DeliveryPage> ListAsync(DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var query = new PostgresDeliveryQuery(database).Where(filter).After(cursor);
        return database.UseAsync(
            async connection =>
            {
                var end = await query.WithPrefixAsync(connection, cursor, ReadAtOnce, cancellationToken);
                var rows = await connection.ReadAsync(
                    $"{_columns} {query.From} {query.NewestFirst} limit {limit + 1L}",
                    query.Parameters,
                    row => (Key: row.GetInt64(0), Info: Read(row)),
                    cancellationToken);
                var page = rows.Take(limit).ToArray();
                var next = rows.Count > limit ? PostgresDeliveryQuery.CursorOf(page[^1].Info.EnqueuedAt, page[^1].Key) : end;
                return new DeliveryPage(Array.ConvertAll(page, row => row.Info), next);
            },
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<HeldArtifact>> ListHeldAsync(int limit, CancellationToken cancellationToken) =>
        await database.UseAsync(
            connection => connection.ReadAsync(
                _held,
                [Sql.Int(limit)],
                row => new HeldArtifact(row.GetString(0), row.TextOrNull(1), row.GetString(2), row.GetString(3), row.Time(4)),
                cancellationToken),
            cancellationToken);

    public ValueTask<WebhookBacklog> CountBacklogAsync(CancellationToken cancellationToken) => _backlog.CountAsync(cancellationToken);

    public ValueTask<ReplayBatch> ReplayAsync(
        string? deliveryId, DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var query = new PostgresDeliveryQuery(database)
            .Where(filter)
            .WithPrefix()
            .GoOn(cursor)
            .Add("d.status in (2, 3, 5) and e.erased_at is null and p.deleted_at is null");
        if (deliveryId is not null)
        {
            query.WithId(deliveryId);
        }

        // Ordered ones queue first, and the oldest moves up where its key has no head.
        var replay =
            $"""
            with chosen as (
              select d.key, p.disabled_at is not null as parked {query.From} {query.OldestFirst} limit {limit} for update of d skip locked)
            update {database.Schema}.outbox_delivery d
            set status = case when c.parked then 4 else 0 end,
              gate = case when d.ordering_key is not null then 2 when c.parked then 1 else 0 end,
              due_at = {database.Schema}.outbox_now(), failed_tries = 0, closed_at = null
            from chosen c where d.key = c.key
            returning d.key, d.ordering_key is not null, d.enqueued_at, d.due_at
            """;
        return database.TransactAsync(
            async transaction =>
            {
                var replayed = await connectionOf(transaction).ReadAsync(
                    replay,
                    query.Parameters,
                    row => (Key: row.GetInt64(0), Ordered: row.GetBoolean(1), EnqueuedAt: row.Time(2), Now: row.Time(3)),
                    cancellationToken);
                var ordered = replayed.Where(row => row.Ordered).Select(row => row.Key).ToArray();
                await database.Ordering.MoveUpAsync(connectionOf(transaction), ordered, cancellationToken);
                if (replayed.Count < limit)
                {
                    return new ReplayBatch(replayed.Count, null);
                }

                var last = replayed.MaxBy(row => (row.EnqueuedAt, row.Key));
                return new ReplayBatch(replayed.Count, PostgresDeliveryQuery.CursorOf(last.EnqueuedAt, last.Key, cursor, last.Now));
            },
            cancellationToken);

        static NpgsqlConnection connectionOf(NpgsqlTransaction transaction) => transaction.Connection!;
    }

    public ValueTask<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async transaction =>
            {
                var connection = transaction.Connection!;
                var query = new PostgresDeliveryQuery(database).WithId(id);
                var found = await connection.ReadAsync($"select d.key {query.From}", query.Parameters, row => row.GetInt64(0), cancellationToken);
                if (found.Count == 0 || (await connection.ReadAsync(_cancel, [Sql.Bigint(found[0]), Sql.Text(reason)], row => row.GetInt64(0), cancellationToken)).Count == 0)
                {
                    return false;
                }

                await database.Ordering.MoveUpAsync(connection, [found[0]], cancellationToken);
                return true;
            },
            cancellationToken);

    public ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken) =>
        _erasure.EraseAsync(subject, tenant, cancellationToken);

    private static DeliveryInfo Read(NpgsqlDataReader row) => new()
    {
        Id = DeliveryIds.For(row.GetString(1), row.GetInt64(6)),
        EventId = row.GetString(1),
        EventType = row.GetString(2),
        Tenant = row.TextOrNull(3),
        Subject = row.TextOrNull(4),
        EndpointId = row.GetString(5),
        Profile = row.GetString(7),
        Status = (DeliveryStatus)row.GetInt16(8),
        DueAt = (DeliveryStatus)row.GetInt16(8) is DeliveryStatus.Waiting ? row.Time(9) : null,
        Attempts = row.GetInt32(10),
        LastStatusCode = row.IntOrNull(11),
        LastError = row.TextOrNull(12),
        OccurredAt = row.Time(13),
        EnqueuedAt = row.Time(14),
        ClosedAt = row.TimeOrNull(15),
        HeldFor = row.GetFieldValue<string[]>(16),
    };

    private static DeliveryDetails ReadDetails(NpgsqlDataReader row) => new(Read(row), row.GetFieldValue<byte[]>(17), attemptLog: [])
    {
        Headers = row.TextOrNull(18),
        Scopes = row.GetFieldValue<string[]>(19),
        OrderingKey = row.TextOrNull(20),
        IdempotencyKey = row.TextOrNull(21),
        ErasedAt = row.TimeOrNull(22),
        ShipTranscript = row.GetBoolean(23),
    };

    private static AttemptInfo ReadAttempt(NpgsqlDataReader row) => new()
    {
        Number = row.GetInt32(0),
        StartedAt = row.Time(1),
        Duration = TimeSpan.FromMilliseconds(row.GetInt32(2)),
        StatusCode = row.IntOrNull(3),
        Error = row.TextOrNull(4),
        Detail = row.TextOrNull(5),
        Excerpt = row.TextOrNull(6),
        NextAttemptAt = row.TimeOrNull(7),
    };
}
