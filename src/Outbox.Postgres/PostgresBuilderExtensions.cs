using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Outbox.Postgres;
using Outbox.Storage;

#pragma warning disable IDE0130 // In the namespace that whoever calls AddWebhookOutbox has imported already.
namespace Outbox;
#pragma warning restore IDE0130

/// <summary>Chooses PostgreSQL as the outbox's store.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>Keeps the outbox in a PostgreSQL database: the one that your own tables are in, so that both share a transaction.</summary>
    /// <param name="builder">What <c>AddWebhookOutbox</c> returned.</param>
    /// <param name="connectionString">The connection string that your own connections use. The outbox makes a pool of its own from it.</param>
    /// <param name="configure">Changes the store's settings.</param>
    /// <exception cref="InvalidOperationException">Another store was chosen before.</exception>
    /// <exception cref="ArgumentException">The connection string, or a setting, cannot be used; the message says why.</exception>
    public static IWebhookOutboxBuilder UsePostgres(
        this IWebhookOutboxBuilder builder, string connectionString, Action<PostgresStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UsePostgres(PostgresSource.Parse(connectionString), configure);
    }

    /// <summary>Keeps the outbox in the PostgreSQL database of your data source, which stays yours to dispose.</summary>
    /// <param name="builder">What <c>AddWebhookOutbox</c> returned.</param>
    /// <param name="dataSource">The data source that your own connections come from. The dispatcher keeps three of its connections.</param>
    /// <param name="configure">Changes the store's settings.</param>
    /// <exception cref="InvalidOperationException">Another store was chosen before.</exception>
    /// <exception cref="ArgumentException">A setting cannot be used; the message says why.</exception>
    public static IWebhookOutboxBuilder UsePostgres(
        this IWebhookOutboxBuilder builder, NpgsqlDataSource dataSource, Action<PostgresStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UsePostgres(PostgresSource.Of(dataSource), configure);
    }

    private static IWebhookOutboxBuilder UsePostgres(
        this IWebhookOutboxBuilder builder, PostgresSource source, Action<PostgresStoreOptions>? configure)
    {
        builder.RefuseSecondStore();
        var options = new PostgresStoreOptions();
        configure?.Invoke(options);
        PostgresStoreOptions.Validate(options);

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new PostgresDatabase(
            source, options, services.GetRequiredService<TimeProvider>(), services.GetService<ILoggerFactory>()));
        builder.Services.AddSingleton<IOutboxStore, PostgresOutboxStore>();
        builder.Services.AddSingleton<IEndpointStore, PostgresEndpointStore>();
        builder.Services.AddSingleton<IDeliveryStore, PostgresDeliveryStore>();
        builder.Services.AddSingleton<IInspectionStore, PostgresInspectionStore>();
        return builder;
    }
}
