using System.Data.Common;
using Microsoft.Data.Sqlite;
using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.Sqlite.Tests;

/// <summary>A database file for each case of the contract.</summary>
[StoreCapabilities(
    StoreCapabilities.CallerTransactions | StoreCapabilities.SchemaModes | StoreCapabilities.OneDispatcher | StoreCapabilities.ClockJumps | StoreCapabilities.Durable)]
public sealed class SqliteFixture : StoreFixture
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-sqlite-");
    private readonly List<SqliteDatabase> _databases = [];
    private int _files;

    private string ConnectionString => $"Data Source={Path.Combine(_folder.FullName, $"calls-{_files}.db")}";

    public override async ValueTask CreateDatabaseAsync()
    {
        _files++;
        await using var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new SqliteCommand("PRAGMA journal_mode = WAL", connection);
        await command.ExecuteNonQueryAsync();
    }

    public override ValueTask<OutboxStores> ConnectAsync(SchemaMode schemaMode)
    {
        var database = new SqliteDatabase(SqliteSource.Parse(ConnectionString, new SqliteStoreOptions { SchemaMode = schemaMode }), Clock);
        _databases.Add(database);
        return new(new OutboxStores(new SqliteOutboxStore(database), new SqliteEndpointStore(database), new SqliteDeliveryStore(database), new SqliteInspectionStore(database)));
    }

    public override async ValueTask<DbConnection> OpenConnectionAsync()
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public override ValueTask DisposeAsync()
    {
        foreach (var database in _databases)
        {
            database.Dispose();
        }

        _folder.DeleteWithDatabases();
        return ValueTask.CompletedTask;
    }
}
