using System.Data.Common;
using System.Diagnostics.Metrics;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Outbox.Benchmarks.Harness;
using Outbox.Postgres.Tests;

namespace Outbox.Benchmarks.Stores;

/// <summary>
/// A database of its own for each measurement, on a server that this program starts, or on the one that OUTBOX_BENCH_POSTGRES names. The
/// started server commits with synchronous_commit=off, which is SQLite's synchronous=NORMAL: with "on" each commit waits for the disk, which
/// would hide what the outbox adds.
/// </summary>
internal sealed class PostgresBench : ISqlBench
{
    private static readonly Lazy<string> Server = new(() =>
        Environment.GetEnvironmentVariable("OUTBOX_BENCH_POSTGRES") is { Length: > 0 } given
            ? given
            : PostgresServer.Start("-c synchronous_commit=off -c shared_buffers=512MB -c max_wal_size=4GB").ConnectionString);

    private static readonly string[] Told = ["shared_buffers", "max_wal_size", "fsync", "synchronous_commit", "autovacuum"];

    private static int _databases;

    private readonly NpgsqlDataSource _source;
    private readonly bool _isOwned;
    private readonly MeterListener? _meter;
    private long _queries;

    private PostgresBench(string connectionString, bool isOwned)
    {
        _isOwned = isOwned;
        _source = NpgsqlDataSource.Create(connectionString);
        Address = connectionString;
        _meter = isOwned ? null : CountQueries();
    }

    public string Address { get; }

    public bool TellsOtherHosts => true;

    public bool BelongsToOneHost => false;

    public static async Task<IBenchDatabase> CreateAsync()
    {
        var name = $"outbox_bench_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await RunOnServerAsync($"create database {name}");
        var database = new PostgresBench(new NpgsqlConnectionStringBuilder(Server.Value) { Database = name, IncludeErrorDetail = true }.ConnectionString, isOwned: true);
        await database.RunAsync("create table calls (id text primary key, status text not null)");
        return database;
    }

    public static IBenchDatabase Join(string address) => new PostgresBench(address, isOwned: false);

    public void Use(IWebhookOutboxBuilder outbox, bool wake = true) => outbox.UsePostgres(Address, options => options.Notify = wake);

    public async ValueTask<IBenchClient> ConnectAsync(OutboxHost host) => new SqlClient(this, await _source.OpenConnectionAsync(), host.Outbox);

    public DbCommand InsertCall(DbConnection connection) =>
        Prepared(connection, "insert into calls (id, status) values ($1, 'ended')", NpgsqlDbType.Text);

    public IReadOnlyList<DbCommand> InsertEventAndDelivery(DbConnection connection) =>
    [
        Prepared(
            connection,
            """
            insert into outbox.outbox_event (id, type, scopes, occurred_at, enqueued_at, data)
            values ('evt_' || $1, 'call.ended', '{all,number:+16470000000}', now(), now(), $2)
            """,
            NpgsqlDbType.Text,
            NpgsqlDbType.Bytea),
        Prepared(
            connection,
            """
            insert into outbox.outbox_delivery (event_key, endpoint_key, status, gate, due_at, enqueued_at, ship_transcript, profile)
            values (lastval(), length($1) - length($1) + 1, 0, 0, now(), now(), true, 'standard')
            """,
            NpgsqlDbType.Text),
    ];

    // In the indexes' order, so that the planner takes them: else, as with exists, it reads the table from its start, past all that is closed, for 2 ms at each look.
    public async ValueTask<bool> HasOpenAsync(DbConnection connection, int endpoints) =>
        (bool)await ScalarAsync(
            connection,
            $"""
            select coalesce(
              (select true from outbox.outbox_delivery where status = 0 and gate = 0 and endpoint_key <= {endpoints} order by endpoint_key limit 1),
              (select true from outbox.outbox_delivery where status = 0 and gate > 0 and endpoint_key <= {endpoints} order by endpoint_key limit 1),
              false)
            """);

    public async Task RetainAsync(int count, int endpoints)
    {
        const int Batch = 100_000;
        for (var done = 0; done < count; done += Batch)
        {
            var (from, until) = (done, Math.Min(count, done + Batch));
            await RunAsync(
                $"""
                with e as (
                  insert into outbox.outbox_event (id, type, subject, scopes, occurred_at, enqueued_at, data)
                  select 'evt_00' || lpad(i::text, 20, '0'), 'call.ended', 'call_old_' || i, '{"{all}"}', now() - interval '1 day', now() - interval '1 day', '{"{}"}'
                  from generate_series({from}, {until - 1}) i
                  returning key, enqueued_at),
                d as (
                  insert into outbox.outbox_delivery
                    (event_key, endpoint_key, status, gate, due_at, attempts, lease_token, enqueued_at, closed_at, ship_transcript, last_status_code, profile)
                  select key, 1 + key % {endpoints}, 2, 0, enqueued_at + key * interval '1 ms', 1, 1, enqueued_at, enqueued_at + key * interval '1 ms', true, 200, 'standard'
                  from e
                  returning key)
                insert into outbox.outbox_attempt (delivery_key, number, started_at, duration_ms, status_code) select key, 1, now() - interval '1 day', 3, 200 from d
                """);
        }

        await RunAsync("vacuum analyze");
        await RunAsync("checkpoint");
    }

    public async Task BlockAsync(int firstEndpoint, int endpoints)
    {
        await RunAsync(
            $"""
            update outbox.outbox_endpoint set failures = 5, failing_since = now(), blocked_until = now() + interval '1 day'
            where key between {firstEndpoint + 1} and {firstEndpoint + endpoints}
            """);
        await RunAsync("vacuum analyze outbox.outbox_endpoint");
    }

    public async ValueTask<string> DescribeAsync()
    {
        await using var connection = await _source.OpenConnectionAsync();
        var version = await ScalarAsync(connection, "show server_version");
        var settings = new List<string>();
        foreach (var name in Told)
        {
            settings.Add($"{name}={await ScalarAsync(connection, $"show {name}")}");
        }

        return $"PostgreSQL {version}, on the same machine, {string.Join(", ", settings)}";
    }

    // The driver counts commands; a batch of statements, which is one round trip, counts as one.
    public ValueTask<long?> QueriesAsync(IServiceProvider services) => ValueTask.FromResult<long?>(Interlocked.Read(ref _queries));

    public async ValueTask DisposeAsync()
    {
        _meter?.Dispose();
        await _source.DisposeAsync();
        if (_isOwned)
        {
            await RunOnServerAsync($"drop database {new NpgsqlConnectionStringBuilder(Address).Database} with (force)");
        }
    }

    private MeterListener CountQueries()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument is { Meter.Name: "Npgsql", Name: "db.client.operation.duration" })
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref _queries));
        listener.Start();
        return listener;
    }

    private static NpgsqlCommand Prepared(DbConnection connection, string sql, params NpgsqlDbType[] parameters)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)connection);
        foreach (var type in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        }

        command.Prepare();
        return command;
    }

    private static async Task RunOnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Server.Value);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync();
    }

    private async Task RunAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        command.CommandTimeout = 3600;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object> ScalarAsync(DbConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, (NpgsqlConnection)connection);
        return (await command.ExecuteScalarAsync())!;
    }
}
