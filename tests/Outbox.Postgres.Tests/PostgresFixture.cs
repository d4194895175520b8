using System.Data.Common;
using System.Globalization;
using Npgsql;
using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.Postgres.Tests;

/// <summary>A schema of its own for each test in the shared server; the clock is the database's, which tests move by replacing its function.</summary>
public sealed class PostgresFixture : StoreFixture
{
    private static readonly NpgsqlDataSource DataSource = NpgsqlDataSource.Create(PostgresServer.SharedConnectionString);
    private static readonly string Run = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private static int _count;

    private readonly List<PostgresDatabase> _databases = [];
    private TimeSpan _offset;

    /// <summary>The schema that stands for this test's database.</summary>
    public string Schema { get; } = string.Create(CultureInfo.InvariantCulture, $"t{Run}_{Interlocked.Increment(ref _count)}");

    public override async ValueTask CreateDatabaseAsync()
    {
        _offset = TimeSpan.Zero;
        await DropAsync();
    }

    public override ValueTask<OutboxStores> ConnectAsync(SchemaMode schemaMode) => new(Connect(options => options.SchemaMode = schemaMode));

    /// <summary>An instance with settings of the test's own, on the shared server or another one.</summary>
    public OutboxStores Connect(Action<PostgresStoreOptions>? configure = null, NpgsqlDataSource? dataSource = null)
    {
        var database = Database(configure, dataSource);
        return new OutboxStores(
            new PostgresOutboxStore(database), new PostgresEndpointStore(database), new PostgresDeliveryStore(database), new PostgresInspectionStore(database));
    }

    internal PostgresDatabase Database(Action<PostgresStoreOptions>? configure = null, NpgsqlDataSource? dataSource = null)
    {
        var options = new PostgresStoreOptions { Schema = Schema };
        configure?.Invoke(options);
        var database = new PostgresDatabase(PostgresSource.Of(dataSource ?? DataSource), options, TimeProvider.System);
        _databases.Add(database);
        return database;
    }

    public override async ValueTask<DbConnection> OpenConnectionAsync() => await OpenAsync();

    public async ValueTask<NpgsqlConnection> OpenAsync()
    {
        var connection = await DataSource.OpenConnectionAsync();
        await connection.RunAsync($"set search_path = \"{Schema}\"", [], CancellationToken.None);
        return connection;
    }

    public override async ValueTask AdvanceAsync(TimeSpan by)
    {
        _offset += by;
        await using var connection = await OpenAsync();
        await connection.RunAsync(
            $"create or replace function outbox_now() returns timestamptz language sql stable as 'select statement_timestamp() + {_offset.Microseconds().ToString(CultureInfo.InvariantCulture)} * interval ''1 microsecond'''",
            [],
            CancellationToken.None);
    }

    public override async ValueTask<DateTimeOffset> NowAsync()
    {
        await using var connection = await OpenAsync();
        return (await connection.ReadAsync("select outbox_now()", [], row => row.Time(0), CancellationToken.None))[0];
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }

        await DropAsync();
    }

    private async Task DropAsync()
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        await connection.RunAsync($"set client_min_messages = error; drop schema if exists \"{Schema}\" cascade", [], CancellationToken.None);
    }
}
