using System.Data.Common;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>The endpoint registry.</summary>
internal sealed class SqliteEndpointStore(SqliteDatabase database) : IEndpointStore
{
    private const string Columns =
        """
        key, id, tenant, scope, url, profile, event_types, ship_transcript, max_in_flight, secrets, secret_hint, previous_secret_until,
        created_at, expires_at, disabled_at, disabled_reason, drain_at, max_per_second, failures, failing_since, blocked_until
        """;

    private static readonly Sql ById = new($"SELECT {Columns} FROM outbox_endpoint WHERE id = ?1 AND deleted_at IS NULL");

    private static readonly Sql ByScope = new(
        $"SELECT {Columns} FROM outbox_endpoint WHERE tenant IS ?1 AND scope = ?2 AND profile = ?3 AND deleted_at IS NULL ORDER BY key LIMIT 1");

    private static readonly Sql Matching = new(
        $"""
        SELECT {Columns} FROM outbox_endpoint
        WHERE deleted_at IS NULL AND (?1 IS NULL OR tenant = ?1) AND (?2 IS NULL OR profile = ?2) ORDER BY key
        """);

    private static readonly Sql MatchingScope = new(
        $"""
        SELECT {Columns} FROM outbox_endpoint
        WHERE deleted_at IS NULL AND (?1 IS NULL OR tenant = ?1) AND (?2 IS NULL OR profile = ?2) AND scope = ?3 ORDER BY key
        """);

    private static readonly Sql Insert = new(
        """
        INSERT INTO outbox_endpoint (
            id, tenant, scope, url, profile, event_types, ship_transcript, max_in_flight, secrets, secret_hint, previous_secret_until,
            created_at, expires_at, disabled_at, disabled_reason, drain_at, max_per_second, failures, failing_since, blocked_until)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
        """);

    private static readonly Sql Update = new(
        """
        UPDATE outbox_endpoint SET
            id = ?1, tenant = ?2, scope = ?3, url = ?4, profile = ?5, event_types = ?6, ship_transcript = ?7, max_in_flight = ?8, secrets = ?9,
            secret_hint = ?10, previous_secret_until = ?11, created_at = ?12, expires_at = ?13, disabled_at = ?14, disabled_reason = ?15, drain_at = ?16,
            max_per_second = ?17, failures = ?18, failing_since = ?19, blocked_until = ?20, probe_key = CASE WHEN ?20 IS NULL THEN NULL ELSE probe_key END
        WHERE key = ?21
        """);

    private static readonly Sql MarkDeleted = new(
        """
        UPDATE outbox_endpoint SET deleted_at = ?2, secrets = x'', secret_hint = NULL, previous_secret_until = NULL, drain_at = NULL
        WHERE id = ?1 AND deleted_at IS NULL
        """);

    private static readonly Sql AnyParked = new("SELECT EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 4 AND endpoint_key = ?1)");

    private readonly SqliteEnqueue _enqueue = new(database);

    public ValueTask<StoredEndpoint> PutAsync(
        EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change, DbTransaction? transaction, CancellationToken cancellationToken) =>
        database.Callers.WriteAsync(transaction, session => Put(session, lookup, change), cancellationToken);

    public ValueTask<StoredEndpoint?> GetAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(database.Read(session => One(session.Use(ById).Bind(1, id))?.Endpoint));
    }

    public ValueTask<IReadOnlyList<StoredEndpoint>> ListAsync(EndpointFilter filter, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<StoredEndpoint>>(database.Read(session => List(session, filter, cancellationToken)));
    }

    public ValueTask<bool> DeleteAsync(string id, CancellationToken cancellationToken) =>
        database.WriteAsync(session => session.Use(MarkDeleted).Bind(1, id).Bind(2, database.Now).Run() > 0, cancellationToken);

    private StoredEndpoint Put(SqliteSession session, EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change)
    {
        var found = Find(session, lookup);
        var (wanted, notice) = change(found?.Endpoint);
        if (notice is not null)
        {
            _enqueue.Store(session, notice);
        }

        if (found is not { } existing)
        {
            Bind(session.Use(Insert), wanted, drainAt: null).Run();
            return wanted with { Draining = false };
        }

        var drainAt = DrainAt(session, existing, wanted);
        Bind(session.Use(Update), wanted, drainAt).Bind(21, existing.Key).Run();
        return wanted with { Draining = drainAt is not null };
    }

    private static Row? Find(SqliteSession session, EndpointLookup lookup) => lookup switch
    {
        { Id: { } id } => One(session.Use(ById).Bind(1, id)),
        { OnlyOne: { } one } => One(session.Use(ByScope).Bind(1, one.Tenant).Bind(2, one.Scope).Bind(3, one.Profile)),
        _ => null,
    };

    /// <summary>An endpoint that is enabled again begins to let out what is parked; one that is already doing so goes on.</summary>
    private long? DrainAt(SqliteSession session, Row existing, StoredEndpoint wanted)
    {
        if (wanted.DisabledAt is not null)
        {
            return null;
        }

        if (existing.Endpoint.DisabledAt is null)
        {
            return existing.DrainAt;
        }

        var row = session.Use(AnyParked).Bind(1, existing.Key);
        row.Step();
        var any = row.Flag(0);
        row.Reset();
        return any ? database.Now : null;
    }

    private static List<StoredEndpoint> List(SqliteSession session, EndpointFilter filter, CancellationToken cancellationToken)
    {
        var rows = session.Use(filter.Scope is null ? Matching : MatchingScope).Bind(1, filter.Tenant).Bind(2, filter.Profile);
        if (filter.Scope is { } scope)
        {
            rows.Bind(3, scope.ToString());
        }

        var found = new List<StoredEndpoint>();
        while (rows.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.Add(Read(rows).Endpoint);
        }

        return found;
    }

    private static Row? One(Statement row)
    {
        Row? found = row.Step() ? Read(row) : null;
        row.Reset();
        return found;
    }

    private static Statement Bind(Statement statement, StoredEndpoint endpoint, long? drainAt) => statement
        .Bind(1, endpoint.Id)
        .Bind(2, endpoint.Tenant)
        .Bind(3, endpoint.Scope)
        .Bind(4, endpoint.Url)
        .Bind(5, endpoint.Profile)
        .Bind(6, endpoint.EventTypes.Count == 0 ? null : $",{string.Join(',', endpoint.EventTypes)},")
        .Bind(7, endpoint.ShipTranscript)
        .Bind(8, endpoint.MaxInFlight)
        .Bind(9, endpoint.Secrets.Span)
        .Bind(10, endpoint.SecretHint)
        .Bind(11, endpoint.PreviousSecretUntil)
        .Bind(12, endpoint.CreatedAt)
        .Bind(13, endpoint.ExpiresAt)
        .Bind(14, endpoint.DisabledAt)
        .Bind(15, endpoint.DisabledAt is null ? null : endpoint.DisabledReason ?? "disabled")
        .Bind(16, drainAt)
        .Bind(17, endpoint.MaxPerSecond)
        .Bind(18, endpoint.FailuresInARow)
        .Bind(19, endpoint.FailingSince)
        .Bind(20, endpoint.BlockedUntil);

    private static Row Read(Statement row) => new(
        row.Int64(0),
        row.Int64OrNull(16),
        new StoredEndpoint
        {
            Id = row.Text(1),
            Tenant = row.TextOrNull(2),
            Scope = row.Text(3),
            Url = row.Text(4),
            Profile = row.Text(5),
            EventTypes = row.TextOrNull(6)?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [],
            ShipTranscript = row.Flag(7),
            MaxInFlight = row.Int32OrNull(8),
            Secrets = row.Bytes(9),
            SecretHint = row.TextOrNull(10),
            PreviousSecretUntil = row.TimeOrNull(11),
            CreatedAt = row.Time(12),
            ExpiresAt = row.TimeOrNull(13),
            DisabledAt = row.TimeOrNull(14),
            DisabledReason = row.TextOrNull(15),
            Draining = !row.IsNull(16),
            MaxPerSecond = row.Int32OrNull(17),
            FailuresInARow = row.Int32(18),
            FailingSince = row.TimeOrNull(19),
            BlockedUntil = row.TimeOrNull(20),
        });

    private readonly record struct Row(long Key, long? DrainAt, StoredEndpoint Endpoint);
}
