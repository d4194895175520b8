using Microsoft.Data.Sqlite;
using Outbox.Storage;

namespace Outbox.Sqlite.Tests;

/// <summary>A folder of the test's own, a database file in it, and stores on that.</summary>
public sealed class DatabaseFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-sqlite-");
    private readonly List<SqliteDatabase> _databases = [];

    public ManualTimeProvider Clock { get; } = new();

    public string Folder => _folder.FullName;

    public string File => Path.Combine(Folder, "calls.db");

    internal Stores Connect(string? connectionString = null, Action<SqliteStoreOptions>? configure = null)
    {
        var options = new SqliteStoreOptions();
        configure?.Invoke(options);
        var database = new SqliteDatabase(SqliteSource.Parse(connectionString ?? $"Data Source={File}", options), Clock);
        _databases.Add(database);
        return new Stores(database);
    }

    internal async Task<Stores> OpenAsync(Action<SqliteStoreOptions>? configure = null)
    {
        var stores = Connect(configure: configure);
        await stores.Outbox.OpenAsync(CancellationToken.None);
        return stores;
    }

    /// <summary>A connection such as the host has.</summary>
    public SqliteConnection OpenConnection(string options = "")
    {
        var connection = new SqliteConnection($"Data Source={File};{options}");
        connection.Open();
        return connection;
    }

    public object? Scalar(string sql)
    {
        using var connection = OpenConnection();
        return Scalar(connection, sql);
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    public void Dispose()
    {
        foreach (var database in _databases)
        {
            database.Dispose();
        }

        SqliteFolder.ClearPool($"Data Source={File};");
        _folder.DeleteWithDatabases();
    }
}

/// <summary>One instance of the store, as one process has it.</summary>
internal sealed record Stores(SqliteDatabase Database)
{
    public SqliteOutboxStore Outbox { get; } = new(Database);

    public SqliteEndpointStore Endpoints { get; } = new(Database);

    public SqliteDeliveryStore Deliveries { get; } = new(Database);

    public Task<StoredEndpoint> PutAsync(StoredEndpoint endpoint) =>
        Endpoints.PutAsync(new EndpointLookup(), _ => endpoint, null, CancellationToken.None).AsTask();

    public Task<EnqueueResult> EnqueueAsync(NewEvent newEvent, System.Data.Common.DbTransaction? transaction = null) =>
        Outbox.EnqueueAsync(newEvent, transaction, CancellationToken.None).AsTask();

    public Task<ClaimResult> ClaimAsync(string owner = "owner-1", int limit = 100) =>
        Outbox.ClaimAsync(Some.Claim(owner, limit), CancellationToken.None).AsTask();

    public async Task<IReadOnlyList<bool>> SettleAsync(params Settlement[] settlements) =>
        (await Outbox.SettleAsync(settlements, CancellationToken.None)).Stored;
}
