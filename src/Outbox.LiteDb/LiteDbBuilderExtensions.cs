using LiteDB;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.LiteDb;
using Outbox.Storage;

#pragma warning disable IDE0130 // In the namespace that whoever calls AddWebhookOutbox has imported already.
namespace Outbox;
#pragma warning restore IDE0130

/// <summary>Chooses LiteDB as the outbox's store.</summary>
public static class LiteDbBuilderExtensions
{
    /// <summary>
    /// Keeps the outbox in a LiteDB file: the one that your own collections are in. The outbox opens it, and registers the
    /// <see cref="ILiteDatabase"/> that your code uses; what both write together goes into <c>outbox.Transact(db, t => …)</c>.
    /// </summary>
    /// <param name="builder">What <c>AddWebhookOutbox</c> returned.</param>
    /// <param name="connectionString">LiteDB's connection string: <c>Filename=calls.db</c>. The file is made where it is missing, its folder is not. It belongs to this process.</param>
    /// <param name="configure">Changes the store's settings.</param>
    /// <exception cref="InvalidOperationException">Another store, or an <see cref="ILiteDatabase"/>, was registered before.</exception>
    /// <exception cref="ArgumentException">The connection string, or a setting, cannot be used; the message says why.</exception>
    public static IWebhookOutboxBuilder UseLiteDb(
        this IWebhookOutboxBuilder builder, string connectionString, Action<LiteDbStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.RefuseSecondStore();
        RefuseSecondDatabase(builder.Services);
        var options = new LiteDbStoreOptions();
        configure?.Invoke(options);
        var source = LiteDbSource.Parse(connectionString, options);

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(_ => new LiteDbFile(source));
        builder.Services.AddSingleton(services => new LiteDbDatabase(
            services.GetRequiredService<LiteDbFile>(), options, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<ILiteDatabase>(services => services.GetRequiredService<LiteDbFile>().Database);
        builder.Services.AddSingleton<IOutboxStore, LiteDbOutboxStore>();
        builder.Services.AddSingleton<IEndpointStore, LiteDbEndpointStore>();
        builder.Services.AddSingleton<IDeliveryStore, LiteDbDeliveryStore>();
        builder.Services.AddSingleton<IInspectionStore, LiteDbInspectionStore>();
        return builder;
    }

    private static void RefuseSecondDatabase(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(ILiteDatabase)))
        {
            throw new InvalidOperationException(
                "UseLiteDb registers the ILiteDatabase of the outbox's file, and there is one already. LiteDB can open a file once: remove the other registration, and let your code take this one.");
        }
    }
}
