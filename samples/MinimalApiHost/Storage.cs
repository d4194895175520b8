using Microsoft.Data.Sqlite;
using MinimalApiHost.Calls;
using Outbox;

namespace MinimalApiHost;

/// <summary>Chooses the database by <c>Storage</c>: the calls and the outbox live in the same one, so that they share a transaction.</summary>
internal static class Storage
{
    public static IWebhookOutboxBuilder UseConfiguredStorage(this IWebhookOutboxBuilder outbox, WebApplicationBuilder builder)
    {
        var storage = builder.Configuration["Storage"] ?? "sqlite";
        return storage switch
        {
            "sqlite" => outbox.UseSqliteFile(builder.Configuration.GetConnectionString("Calls") ?? DefaultFile(builder.Environment)),
            _ => throw new SettingException("Storage", storage, ["sqlite"]),
        };
    }

    private static IWebhookOutboxBuilder UseSqliteFile(this IWebhookOutboxBuilder outbox, string connectionString)
    {
        try
        {
            outbox.UseSqlite(connectionString);
        }
        catch (ArgumentException e)
        {
            throw new SettingException($"The setting ConnectionStrings:Calls cannot be used. {e.Message}");
        }

        outbox.Services.AddScoped(_ => new SqliteConnection(connectionString));
        outbox.Services.AddHostedService<CallsTable>();
        return outbox;
    }

    private static string DefaultFile(IWebHostEnvironment environment)
    {
        var folder = Directory.CreateDirectory(Path.Combine(environment.ContentRootPath, "data"));
        return new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.FullName, "calls.db") }.ToString();
    }
}
