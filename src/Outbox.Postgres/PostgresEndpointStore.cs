using System.Data.Common;
using Npgsql;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>The endpoint registry.</summary>
internal sealed class PostgresEndpointStore(PostgresDatabase database) : IEndpointStore
{
    private const string Columns =
        "id, tenant, scope, url, profile, event_types, ship_transcript, max_in_flight, secrets, secret_hint, previous_secret_until, created_at, expires_at, "
        + "disabled_at, disabled_reason, drain_at is not null, max_per_second, failures, failing_since, blocked_until";

    // Two puts of one scope take turns: there is no row yet that they could meet at.
    private readonly string _lock =
        $"select pg_advisory_xact_lock(hashtextextended('outbox endpoint {database.Options.Schema} ' || coalesce($1, '') || ' ' || $2 || ' ' || $3, 0))";

    private readonly string _byId = $"select {Columns} from {database.Schema}.outbox_endpoint where id = $1 and deleted_at is null";

    private readonly string _only =
        $"""
        select {Columns} from {database.Schema}.outbox_endpoint
        where tenant is not distinct from $1 and scope = $2 and profile = $3 and deleted_at is null
        order by key limit 1 for update
        """;

    private readonly string _list =
        $"""
        select {Columns} from {database.Schema}.outbox_endpoint
        where deleted_at is null and ($1::text is null or tenant = $1) and ($2::text is null or scope = $2) and ($3::text is null or profile = $3)
        order by key
        """;

    private readonly string _put =
        $"""
        insert into {database.Schema}.outbox_endpoint as p
          (id, tenant, scope, url, profile, event_types, ship_transcript, max_in_flight, secrets, secret_hint, previous_secret_until, created_at, expires_at,
           disabled_at, disabled_reason, max_per_second, failures, failing_since, blocked_until)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        on conflict (id) do update set
          tenant = excluded.tenant, scope = excluded.scope, url = excluded.url, profile = excluded.profile, event_types = excluded.event_types,
          ship_transcript = excluded.ship_transcript, max_in_flight = excluded.max_in_flight, secrets = excluded.secrets, secret_hint = excluded.secret_hint,
          previous_secret_until = excluded.previous_secret_until, expires_at = excluded.expires_at,
          disabled_at = excluded.disabled_at, disabled_reason = excluded.disabled_reason, max_per_second = excluded.max_per_second,
          failures = excluded.failures, failing_since = excluded.failing_since, blocked_until = excluded.blocked_until,
          probe_key = case when excluded.blocked_until is not null then p.probe_key end,
          drain_at = case
            when excluded.disabled_at is not null then null
            when p.disabled_at is null then p.drain_at
            when exists (select from {database.Schema}.outbox_delivery d where d.endpoint_key = p.key and d.status = 4)
              then {database.Schema}.outbox_now() end
        where p.deleted_at is null
        returning {Columns}
        """;

    private readonly string _delete =
        $"""
        update {database.Schema}.outbox_endpoint
        set deleted_at = {database.Schema}.outbox_now(), secrets = '', secret_hint = null, previous_secret_until = null, drain_at = null
        where id = $1 and deleted_at is null
        """;

    private readonly PostgresEnqueue _enqueue = new(database);

    public async ValueTask<StoredEndpoint> PutAsync(
        EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (transaction is not null)
        {
            return await PutAsync(lookup, change, PostgresTransactions.Check(transaction, database).Connection, cancellationToken);
        }

        return await database.TransactAsync(own => PutAsync(lookup, change, own.Connection!, cancellationToken), cancellationToken);
    }

    public async ValueTask<StoredEndpoint?> GetAsync(string id, CancellationToken cancellationToken)
    {
        var rows = await database.UseAsync(connection => connection.ReadAsync(_byId, [Sql.Text(id)], Read, cancellationToken), cancellationToken);
        return rows.SingleOrDefault();
    }

    public async ValueTask<IReadOnlyList<StoredEndpoint>> ListAsync(EndpointFilter filter, CancellationToken cancellationToken) =>
        await database.UseAsync(
            connection => connection.ReadAsync(
                _list, [Sql.Text(filter.Tenant), Sql.Text(filter.Scope?.ToString()), Sql.Text(filter.Profile)], Read, cancellationToken),
            cancellationToken);

    public async ValueTask<bool> DeleteAsync(string id, CancellationToken cancellationToken) =>
        await database.UseAsync(connection => connection.RunAsync(_delete, [Sql.Text(id)], cancellationToken), cancellationToken) > 0;

    private async Task<StoredEndpoint> PutAsync(
        EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await FindAsync(lookup, connection, cancellationToken);
        var (changed, notice) = change(found);
        var stored = await connection.ReadAsync(_put, Parameters(changed), Read, cancellationToken);
        if (stored.Count == 0)
        {
            throw new WebhookValidationException("id", $"There was an endpoint '{changed.Id}', and it was deleted. Put it without an id: it gets a new one.");
        }

        if (notice is not null)
        {
            await _enqueue.EnqueueAsync(notice, connection, cancellationToken);
        }

        return stored[0];
    }

    private async Task<StoredEndpoint?> FindAsync(EndpointLookup lookup, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (lookup.Id is { } id)
        {
            return (await connection.ReadAsync($"{_byId} for update", [Sql.Text(id)], Read, cancellationToken)).SingleOrDefault();
        }

        if (lookup.OnlyOne is not { } only)
        {
            return null;
        }

        NpgsqlParameter[] Named() => [Sql.Text(only.Tenant), Sql.Text(only.Scope), Sql.Text(only.Profile)];
        await connection.RunAsync(_lock, Named(), cancellationToken);
        return (await connection.ReadAsync(_only, Named(), Read, cancellationToken)).SingleOrDefault();
    }

    private static NpgsqlParameter[] Parameters(StoredEndpoint endpoint) =>
    [
        Sql.Text(endpoint.Id),
        Sql.Text(endpoint.Tenant),
        Sql.Text(endpoint.Scope),
        Sql.Text(endpoint.Url),
        Sql.Text(endpoint.Profile),
        endpoint.EventTypes.Count > 0 ? Sql.Texts(endpoint.EventTypes.ToArray()) : Sql.Texts(null),
        Sql.Bool(endpoint.ShipTranscript),
        Sql.Int(endpoint.MaxInFlight),
        Sql.Bytes(endpoint.Secrets),
        Sql.Text(endpoint.SecretHint),
        Sql.Time(endpoint.PreviousSecretUntil),
        Sql.Time(endpoint.CreatedAt),
        Sql.Time(endpoint.ExpiresAt),
        Sql.Time(endpoint.DisabledAt),
        Sql.Text(endpoint.DisabledReason),
        Sql.Int(endpoint.MaxPerSecond),
        Sql.Int(endpoint.FailuresInARow),
        Sql.Time(endpoint.FailingSince),
        Sql.Time(endpoint.BlockedUntil),
    ];

    private static StoredEndpoint Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetString(0),
        Tenant = row.TextOrNull(1),
        Scope = row.GetString(2),
        Url = row.GetString(3),
        Profile = row.GetString(4),
        EventTypes = row.IsDBNull(5) ? [] : row.GetFieldValue<string[]>(5),
        ShipTranscript = row.GetBoolean(6),
        MaxInFlight = row.IntOrNull(7),
        Secrets = row.GetFieldValue<byte[]>(8),
        SecretHint = row.TextOrNull(9),
        PreviousSecretUntil = row.TimeOrNull(10),
        CreatedAt = row.Time(11),
        ExpiresAt = row.TimeOrNull(12),
        DisabledAt = row.TimeOrNull(13),
        DisabledReason = row.TextOrNull(14),
        Draining = row.GetBoolean(15),
        MaxPerSecond = row.IntOrNull(16),
        FailuresInARow = row.GetInt32(17),
        FailingSince = row.TimeOrNull(18),
        BlockedUntil = row.TimeOrNull(19),
    };
}
