using System.Data.Common;
using Npgsql;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>Stores an event, its holds and its deliveries: one statement, in the caller's transaction or in its own.</summary>
internal sealed class PostgresEnqueue(PostgresDatabase database)
{
    private readonly string _lock = $"select pg_advisory_xact_lock({PostgresOrdering.LockOf(database, "$1")})";
    private readonly string _plain = Statement(database, "", "", "");
    private readonly string _held = Statement(database, "", HoldsOf(database), "");
    private readonly string _ordered = Statement(database, "", HoldsOf(database), QueuedOf(database));
    private readonly string _idempotent = Statement(database, OnConflict, HoldsOf(database), QueuedOf(database));
    private readonly string _toOne = Statement(database, OnConflict, HoldsOf(database), QueuedOf(database), "p.id = $15 and");

    private readonly string _first =
        $"""
        select e.id, d.endpoint_key from {database.Schema}.outbox_event e left join {database.Schema}.outbox_delivery d on d.event_key = e.key
        where coalesce(e.tenant, '') = coalesce($1, '') and e.idempotency_key = $2
        """;

    private const string Matching =
        "p.scope = any($5) and (p.expires_at is null or p.expires_at > e.enqueued_at) and (p.event_types is null or $2 = any(p.event_types)) and";

    private const string OnConflict = "on conflict ((coalesce(tenant, '')), idempotency_key) where idempotency_key is not null do nothing";

    public async ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (transaction is not null)
        {
            return await EnqueueAsync(newEvent, PostgresTransactions.Check(transaction, database).Connection, cancellationToken);
        }

        // A batch without a transaction around it is one.
        return await database.UseAsync(connection => EnqueueAsync(newEvent, connection, cancellationToken), cancellationToken);
    }

    /// <summary>Stores the event in the transaction that is open on the connection.</summary>
    public async Task<EnqueueResult> EnqueueAsync(NewEvent newEvent, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tellNow = database.Waking.TakeTurn();
        var endpoints = new List<long>();
        long transactionId = 0;
        var stored = false;

        await using (var batch = connection.CreateBatch())
        {
            if (newEvent.OrderingKey is { } orderingKey)
            {
                batch.Add(_lock, Sql.Text(orderingKey));
            }

            batch.Add(StatementFor(newEvent), Parameters(newEvent));
            if (tellNow)
            {
                database.Waking.AddTo(batch);
            }

            await using var reader = await ExecuteAsync(batch, cancellationToken);
            if (newEvent.OrderingKey is not null)
            {
                await reader.NextResultAsync(cancellationToken);
            }

            while (await reader.ReadAsync(cancellationToken))
            {
                stored = true;
                transactionId = reader.GetInt64(0);
                if (!reader.IsDBNull(1))
                {
                    endpoints.Add(reader.GetInt64(1));
                    if (reader.GetBoolean(2))
                    {
                        database.Ordering.Remember(reader.GetInt64(3));
                    }
                }
            }

            // A failure of the statements behind shows only when the results are read to the end.
            while (await reader.NextResultAsync(cancellationToken))
            {
            }
        }

        if (!stored)
        {
            return await FirstAsync(newEvent, connection, cancellationToken);
        }

        if (!tellNow && endpoints.Count > 0)
        {
            database.Waking.TellLater(transactionId);
        }

        endpoints.Sort();
        return new EnqueueResult(newEvent.Id, endpoints.ConvertAll(key => DeliveryIds.For(newEvent.Id, key)), IsDuplicate: false);
    }

    private async Task<NpgsqlDataReader> ExecuteAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            if (database.Options.PrepareStatements)
            {
                await batch.PrepareAsync(cancellationToken);
            }

            return await batch.ExecuteReaderAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            throw PostgresFailure.TablesMissing(database, e);
        }
    }

    private async Task<EnqueueResult> FirstAsync(NewEvent newEvent, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.ReadAsync(
            _first,
            [Sql.Text(newEvent.Tenant), Sql.Text(newEvent.IdempotencyKey)],
            row => (Event: row.GetString(0), Endpoint: row.IsDBNull(1) ? (long?)null : row.GetInt64(1)),
            cancellationToken);
        if (rows.Count == 0)
        {
            // It was pruned between the two statements: the key is free again.
            return await EnqueueAsync(newEvent, connection, cancellationToken);
        }

        var keys = rows.Where(row => row.Endpoint is not null).Select(row => row.Endpoint!.Value).Order();
        return new EnqueueResult(rows[0].Event, [.. keys.Select(key => DeliveryIds.For(rows[0].Event, key))], IsDuplicate: true);
    }

    private string StatementFor(NewEvent newEvent) => newEvent switch
    {
        { OnlyEndpointId: not null } => _toOne,
        { IdempotencyKey: not null } => _idempotent,
        { OrderingKey: not null } => _ordered,
        { Holds.Count: > 0 } => _held,
        _ => _plain,
    };

    private static NpgsqlParameter[] Parameters(NewEvent newEvent) =>
    [
        Sql.Text(newEvent.Id),
        Sql.Text(newEvent.Type),
        Sql.Text(newEvent.Tenant),
        Sql.Text(newEvent.Subject),
        Sql.Texts(newEvent.Scopes.ToArray()),
        Sql.Text(newEvent.OrderingKey),
        Sql.Text(newEvent.IdempotencyKey),
        Sql.Time(newEvent.OccurredAt),
        Sql.Bytes(newEvent.Data),
        Sql.Text(newEvent.Headers),
        Sql.Bigint(newEvent.Holds.Select(hold => hold.Deadline.Microseconds()).DefaultIfEmpty(0).Max()),
        Sql.Text(newEvent.TraceParent),
        .. HasHolds(newEvent)
            ? [
                Sql.Texts(newEvent.Holds.Select(hold => hold.Artifact).ToArray()),
                Sql.Bigints(newEvent.Holds.Select(hold => hold.Deadline.Microseconds()).ToArray()),
            ]
            : Array.Empty<NpgsqlParameter>(),
        .. newEvent.OnlyEndpointId is { } only ? [Sql.Text(only)] : Array.Empty<NpgsqlParameter>(),
    ];

    private static bool HasHolds(NewEvent newEvent) => newEvent is not { IdempotencyKey: null, OrderingKey: null, OnlyEndpointId: null, Holds.Count: 0 };

    private static string Statement(PostgresDatabase database, string onConflict, string holds, string queued, string matching = Matching) =>
        $"""
        with e as (
          insert into {database.Schema}.outbox_event
            (id, type, tenant, subject, scopes, ordering_key, idempotency_key, occurred_at, enqueued_at, data, headers, trace_parent)
          values ($1, $2, $3, $4, $5, $6, $7, coalesce($8, {database.Schema}.outbox_now()), {database.Schema}.outbox_now(), $9, $10, $12)
          {onConflict}
          returning key, enqueued_at),
        {holds}
        d as (
          insert into {database.Schema}.outbox_delivery
            (event_key, endpoint_key, status, gate, due_at, profile, ship_transcript, ordering_key, enqueued_at)
          select e.key, p.key,
            case when p.disabled_at is null then 0 else 4 end,
            case {queued} when p.disabled_at is not null or $11 > 0 then 1 else 0 end,
            e.enqueued_at + $11 * interval '1 microsecond', p.profile, p.ship_transcript, $6, e.enqueued_at
          from e cross join {database.Schema}.outbox_endpoint p
          where {matching} p.deleted_at is null and (p.tenant is null or p.tenant = $3)
          returning key, endpoint_key, gate)
        select pg_current_xact_id()::text::bigint, d.endpoint_key,
          d.gate = 2 and current_setting('transaction_isolation') <> 'read committed', d.key
        from e left join d on true
        """;

    private static string HoldsOf(PostgresDatabase database) =>
        $"""
        h as (
          insert into {database.Schema}.outbox_hold (event_key, artifact, deadline)
          select e.key, w.artifact, e.enqueued_at + w.after * interval '1 microsecond' from e cross join unnest($13::text[], $14::bigint[]) as w (artifact, after)),
        """;

    // A snapshot older than the lock cannot tell whether there is a head: such a delivery queues, and is moved up by the next claim.
    private static string QueuedOf(PostgresDatabase database) =>
        $"""
        when $6 is not null and (
          current_setting('transaction_isolation') <> 'read committed'
          or exists (select from {database.Schema}.outbox_delivery o
            where o.endpoint_key = p.key and o.ordering_key = $6 and o.gate <> 2 and o.status in (0, 4))
          or exists (select from {database.Schema}.outbox_delivery o
            where o.endpoint_key = p.key and o.ordering_key = $6 and o.gate = 2)) then 2
        """;
}
