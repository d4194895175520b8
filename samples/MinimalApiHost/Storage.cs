using System.Data.Common;
using Microsoft.Data.Sqlite;
using MinimalApiHost.Calls;
using Npgsql;
using Outbox;

namespace MinimalApiHost;

/// <summary>
/// Chooses the database by <c>Storage</c>: the calls and the outbox live in the same one, so that they share a transaction. LITEDB is defined
/// where a package source has LiteDB.
/// </summary>
internal static class Storage
{
    private const string Setting = "ConnectionStrings:Calls";

    public static IWebhookOutboxBuilder UseConfiguredStorage(this IWebhookOutboxBuilder outbox, WebApplicationBuilder builder)
    {
        var storage = builder.Configuration["Storage"] ?? "sqlite";
        var connectionString = builder.Configuration.GetConnectionString("Calls");
        try
        {
            outbox = storage switch
            {
                "sqlite" => outbox.UseSqliteFile(connectionString ?? DefaultFile(storage, builder.Environment)),
                "postgres" => outbox.UsePostgresServer(connectionString ?? throw new SettingException(
                    $"The setting {Setting} is missing. With Storage=postgres it names the server and the database: Host=localhost;Database=calls;Username=…")),
#if LITEDB
                "litedb" => outbox.UseLiteDbFile(connectionString ?? DefaultFile(storage, builder.Environment)),
                _ => throw new SettingException("Storage", storage, ["sqlite", "postgres", "litedb"]),
#else
                _ => throw new SettingException("Storage", storage, ["sqlite", "postgres"]),
#endif
            };
        }
        catch (ArgumentException e)
        {
            throw new SettingException($"The setting {Setting} cannot be used. {e.Message}");
        }

        outbox.Services.AddHostedService<CallTables>();
        return outbox;
    }

    /// <summary>The connection string of a file in the folder, for the databases that are a file.</summary>
    public static string FileIn(string folder, string storage) => storage switch
    {
        "sqlite" => new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "calls.db") }.ToString(),
        "litedb" => $"Filename={Path.Combine(folder, "calls.litedb")}",
        _ => throw new SettingException("Storage", storage, ["sqlite", "litedb"]),
    };

    private static IWebhookOutboxBuilder UseSqliteFile(this IWebhookOutboxBuilder outbox, string connectionString)
    {
        outbox.UseSqlite(connectionString);
        outbox.Services.AddSingleton<DbDataSource>(_ => SqliteFactory.Instance.CreateDataSource(connectionString));
        outbox.Services.AddSingleton<ICallStore, SqlCallStore>();
        return outbox;
    }

    private static IWebhookOutboxBuilder UsePostgresServer(this IWebhookOutboxBuilder outbox, string connectionString)
    {
        outbox.UsePostgres(connectionString);
        outbox.Services.AddSingleton<DbDataSource>(_ => NpgsqlDataSource.Create(connectionString));
        outbox.Services.AddSingleton<ICallStore, SqlCallStore>();
        return outbox;
    }

#if LITEDB
    private static IWebhookOutboxBuilder UseLiteDbFile(this IWebhookOutboxBuilder outbox, string connectionString)
    {
        outbox.UseLiteDb(connectionString, options => options.Mapper = LiteDbCallStore.Mapper);
        outbox.Services.AddSingleton<ICallStore, LiteDbCallStore>();
        return outbox;
    }

#endif
    private static string DefaultFile(string storage, IWebHostEnvironment environment)
    {
        var folder = Path.Combine(environment.ContentRootPath, "data");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"The folder '{folder}' for the database cannot be made: {e.Message} Set ConnectionStrings__Calls to a file elsewhere.");
        }

        return FileIn(folder, storage);
    }
}
