using Npgsql;

namespace Outbox.Postgres;

/// <summary>Where connections come from: the host's own data source, or one that the store makes and disposes.</summary>
internal sealed class PostgresSource
{
    private readonly Func<NpgsqlDataSource> _make;

    private PostgresSource(Func<NpgsqlDataSource> make, bool isOwned, string database)
    {
        _make = make;
        IsOwned = isOwned;
        Database = database;
    }

    /// <summary>Whether the store disposes the data source.</summary>
    public bool IsOwned { get; }

    /// <summary>The database's name, for messages and to tell a transaction on another database.</summary>
    public string Database { get; }

    public NpgsqlDataSource Make() => _make();

    public static PostgresSource Of(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        return new PostgresSource(() => dataSource, isOwned: false, settings.Database ?? settings.Username ?? "");
    }

    public static PostgresSource Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new ArgumentException($"The connection string cannot be read: {e.Message} Write 'Host=db;Database=calls;Username=app;Password=…'.", nameof(connectionString), e);
        }

        if (string.IsNullOrEmpty(settings.Host))
        {
            throw new ArgumentException("The connection string names no host. Write 'Host=db;Database=calls;Username=app;Password=…'.", nameof(connectionString));
        }

        // This pool is the store's alone and leaves nothing behind in a session, so the reset of each connection would be for nothing.
        settings.NoResetOnClose = true;
        settings.Multiplexing = false;
        settings.Enlist = false;
        settings.ApplicationName ??= "outbox";
        settings.KeepAlive = settings.KeepAlive == 0 ? 30 : settings.KeepAlive;
        return new PostgresSource(() => NpgsqlDataSource.Create(settings), isOwned: true, settings.Database ?? settings.Username ?? "");
    }
}
