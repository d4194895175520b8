using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Sqlite;
using Outbox.Storage;

#pragma warning disable IDE0130 // In the namespace that whoever calls AddWebhookOutbox has imported already.
namespace Outbox;

/// <summary>Chooses SQLite as the outbox's store.</summary>
public static class SqliteBuilderExtensions
{
    /// <summary>Keeps the outbox in a SQLite database file: the one that your own tables are in, so that both share a transaction.</summary>
    /// <param name="builder">What <c>AddWebhookOutbox</c> returned.</param>
    /// <param name="connectionString">The connection string that your own connections use: <c>Data Source=calls.db</c>. The file is made where it is missing, its folder is not.</param>
    /// <param name="configure">Changes the store's settings.</param>
    /// <exception cref="InvalidOperationException">Another store was chosen before.</exception>
    /// <exception cref="ArgumentException">The connection string, or a setting, cannot be used; the message says why.</exception>
    public static IWebhookOutboxBuilder UseSqlite(
        this IWebhookOutboxBuilder builder, string connectionString, Action<SqliteStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.RefuseSecondStore();
        var options = new SqliteStoreOptions();
        configure?.Invoke(options);
        var source = SqliteSource.Parse(connectionString, options);

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new SqliteDatabase(source, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<IOutboxStore, SqliteOutboxStore>();
        builder.Services.AddSingleton<IEndpointStore, SqliteEndpointStore>();
        builder.Services.AddSingleton<IDeliveryStore, SqliteDeliveryStore>();
        builder.Services.AddSingleton<IInspectionStore, SqliteInspectionStore>();
        return builder;
    }
}
