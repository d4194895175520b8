using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Benchmarks.Harness;
using Outbox.Sqlite;
using SQLitePCL;

namespace Outbox.Benchmarks.Stores;

/// <summary>
/// A file in the temporary folder. Every connection, the platform's too, runs with synchronous=NORMAL: with FULL each commit waits for the
/// disk, which would hide what the outbox adds.
/// </summary>
internal sealed class SqliteBench : ISqlBench
{
    private const int SQLITE_STMTSTATUS_RUN = 6;

    private readonly DirectoryInfo? _folder;
    private readonly string _connectionString;

    private SqliteBench(string file, DirectoryInfo? folder)
    {
        _folder = folder;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 60 }.ConnectionString;
        Address = file;
    }

    public string Address { get; }

    public static async Task<IBenchDatabase> CreateAsync()
    {
        var folder = Directory.CreateTempSubdirectory("outbox-bench-");
        var database = new SqliteBench(Path.Combine(folder.FullName, "calls.db"), folder);
        await using var connection = await database.OpenAsync();
        await RunAsync(connection, "PRAGMA journal_mode = WAL");
        await RunAsync(connection, "CREATE TABLE calls (id TEXT PRIMARY KEY, status TEXT NOT NULL)");
        return database;
    }

    public static IBenchDatabase Join(string address) => new SqliteBench(address, folder: null);

    public bool TellsOtherHosts => false;

    public bool BelongsToOneHost => false;

    public void Use(IWebhookOutboxBuilder outbox, bool wake = true) => outbox.UseSqlite(_connectionString);

    public async ValueTask<IBenchClient> ConnectAsync(OutboxHost host) => new SqlClient(this, await OpenAsync(), host.Outbox);

    public DbCommand InsertCall(DbConnection connection) => Prepared(connection, "INSERT INTO calls (id, status) VALUES ($id, 'ended')", "$id");

    public IReadOnlyList<DbCommand> InsertEventAndDelivery(DbConnection connection) =>
    [
        Prepared(
            connection,
            """
            INSERT INTO outbox_event (id, type, scopes, occurred_at, enqueued_at, data)
            VALUES ('evt_' || $id, 'call.ended', '["all","number:+16470000000"]', 1800000000000, 1800000000000, $data)
            """,
            "$id",
            "$data"),
        Prepared(
            connection,
            """
            INSERT INTO outbox_delivery (id, event_key, endpoint_key, type, status, gate, due_at, enqueued_at, ship_transcript, profile)
            VALUES ('dlv_' || $id, last_insert_rowid(), 1, 'call.ended', 0, 0, 1800000000000, 1800000000000, 1, 'standard')
            """,
            "$id"),
    ];

    // The plus keeps SQLite from reading all deliveries of these endpoints to find those that are leased.
    public async ValueTask<bool> HasOpenAsync(DbConnection connection, int endpoints) =>
        await ScalarAsync(
            connection,
            $"""
            SELECT EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 0 AND gate = 0 AND endpoint_key <= {endpoints})
                OR EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 0 AND gate = 1 AND endpoint_key <= {endpoints})
                OR EXISTS (SELECT 1 FROM outbox_delivery WHERE status = 1 AND +endpoint_key <= {endpoints})
            """) != 0;

    public async Task RetainAsync(int count, int endpoints)
    {
        await using var connection = await OpenAsync();
        const int Batch = 100_000;
        var yesterday = Timing.Clock.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds();
        for (var done = 0; done < count; done += Batch)
        {
            var (from, until) = (done, Math.Min(count, done + Batch));
            var numbers = $"WITH RECURSIVE n (i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {until})";
            await RunAsync(
                connection,
                $"""
                BEGIN IMMEDIATE;
                INSERT INTO outbox_event (key, id, type, subject, scopes, occurred_at, enqueued_at, data)
                {numbers} SELECT i + 1, printf('evt_00%020d', i), 'call.ended', printf('call_old_%d', i), '["all"]', {yesterday}, {yesterday}, x'7b7d' FROM n;
                INSERT INTO outbox_delivery
                  (id, event_key, endpoint_key, type, status, gate, due_at, attempts, lease_token, enqueued_at, closed_at, ship_transcript, last_status_code, profile)
                {numbers} SELECT printf('dlv_00%020d%04x', i, 1 + i % {endpoints}), i + 1, 1 + i % {endpoints}, 'call.ended', 2, 0, {yesterday} + i, 1, 1, {yesterday}, {yesterday} + i, 1, 200, 'standard' FROM n;
                INSERT INTO outbox_attempt (delivery_key, number, started_at, duration_ms, status_code)
                SELECT key, 1, {yesterday}, 3, 200 FROM outbox_delivery WHERE event_key > {from} AND event_key <= {until};
                COMMIT;
                """);
        }

        await RunAsync(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    public async Task BlockAsync(int firstEndpoint, int endpoints)
    {
        await using var connection = await OpenAsync();
        await RunAsync(
            connection,
            $"""
            UPDATE outbox_endpoint SET failures = 5, failing_since = unixepoch() * 1000, blocked_until = (unixepoch() + 86400) * 1000
            WHERE key BETWEEN {firstEndpoint + 1} AND {firstEndpoint + endpoints}
            """);
    }

    public ValueTask<string> DescribeAsync() => ValueTask.FromResult($"SQLite {raw.sqlite3_libversion().utf8_to_string()}, journal_mode=WAL, synchronous=NORMAL");

    public async ValueTask<long?> QueriesAsync(IServiceProvider services) =>
        await services.GetRequiredService<SqliteDatabase>().UseWriterAsync(CountRuns, CancellationToken.None);

    public ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            SqliteConnection.ClearAllPools();
            _folder.Delete(recursive: true);
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask<DbConnection> OpenAsync()
    {
        var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync();
        await RunAsync(connection, "PRAGMA synchronous = NORMAL");
        return connection;
    }

    // SQLite counts the runs of each prepared statement, and the outbox keeps its statements.
    private static long? CountRuns(SqliteSession session) =>
        StatementsOf(session).Values.Sum(statement => (long)raw.sqlite3_stmt_status(HandleOf(statement), SQLITE_STMTSTATUS_RUN, 0));

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_statements")]
    private static extern ref Dictionary<Sql, Statement> StatementsOf(SqliteSession session);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_statement")]
    private static extern ref sqlite3_stmt HandleOf(Statement statement);

    private static SqliteCommand Prepared(DbConnection connection, string sql, params string[] parameters)
    {
        var command = ((SqliteConnection)connection).CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter(name, null));
        }

        return command;
    }

    private static async Task RunAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 3600;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> ScalarAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
