using System.Globalization;
using Npgsql;

namespace Outbox.Postgres.Tests;

/// <summary>A database of a test's own in the shared server, gone with the test.</summary>
public sealed class ThrowawayDatabase : IAsyncDisposable
{
    private static int _count;

    private readonly NpgsqlConnectionStringBuilder _settings;

    private ThrowawayDatabase(NpgsqlConnectionStringBuilder settings) => _settings = settings;

    public string ConnectionString => _settings.ConnectionString;

    public static async Task<ThrowawayDatabase> CreateAsync()
    {
        var settings = new NpgsqlConnectionStringBuilder(PostgresServer.SharedConnectionString)
        {
            Database = string.Create(CultureInfo.InvariantCulture, $"outbox_{Environment.ProcessId}_{Interlocked.Increment(ref _count)}"),

            // The role is called outbox, and PostgreSQL looks in the schema of the role's name first: once that schema is there, the host's
            // tables would not be found.
            SearchPath = "public",
        };
        await RunAsync($"create database \"{settings.Database}\"");
        return new ThrowawayDatabase(settings);
    }

    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await RunAsync($"drop database \"{_settings.Database}\" with (force)");
    }

    private static async Task RunAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(PostgresServer.SharedConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
