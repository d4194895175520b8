using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Outbox;
using Outbox.Deliveries;
using Outbox.Diagnostics;
using Outbox.Dispatching;
using Outbox.Endpoints;
using Outbox.Events;
using Outbox.Holds;
using Outbox.Inspection;
using Outbox.Notices;
using Outbox.Profiles;
using Outbox.Retention;
using Outbox.Sending;
using Outbox.Storage;
using Polly;

// Where every library puts its Add method, so that it is found without a using.
#pragma warning disable IDE0130
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Adds the outbox to a host.</summary>
public static class WebhookOutboxServiceCollectionExtensions
{
    /// <summary>
    /// Adds the outbox: <see cref="IWebhookOutbox"/> to enqueue with, and the hosted service that delivers. Choose a store on what it
    /// returns: <c>services.AddWebhookOutbox().UseSqlite("Data Source=calls.db")</c>. Settings are validated when the host starts.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Changes the settings.</param>
    public static IWebhookOutboxBuilder AddWebhookOutbox(this IServiceCollection services, Action<WebhookOutboxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<WebhookOutboxOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        if (services.FirstOrDefault(service => service.ServiceType == typeof(IWebhookOutboxBuilder))?.ImplementationInstance is IWebhookOutboxBuilder added)
        {
            return added;
        }

        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRandomSource, CryptoRandomSource>();
        services.AddSingleton<IValidateOptions<WebhookOutboxOptions>, WebhookOutboxOptionsValidator>();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<WebhookOutboxOptions>>().Value.Sending);
        services.AddSingleton<ProfileCatalogue>();
        services.AddSingleton<IdGenerator>();
        services.AddSingleton<OwnerName>();
        services.AddSingleton(provider => new SecretVault(provider.GetServices<ISecretProtector>()));
        services.AddSingleton<SecretStatus>();
        services.AddSingleton<IWebhookSecretStatus>(provider => provider.GetRequiredService<SecretStatus>());
        services.AddSingleton<WakeSignal>();
        services.AddSingleton<DispatcherPulse>();

        services.AddMeasurements();

        services.AddSingleton<EventAdmission>();
        services.AddSingleton<NoticeWriter>();
        services.AddSingleton<NoticeBoard>();
        services.AddMeasured<IWebhookOutbox, WebhookOutbox>(typeof(MeasuredOutboxStore), typeof(MeasuredDeliveryStore));
        services.AddMeasured<WebhookEndpoints, WebhookEndpoints>(typeof(MeasuredEndpointStore));
        services.AddSingleton<IWebhookEndpoints>(provider => provider.GetRequiredService<WebhookEndpoints>());
        services.AddMeasured<IWebhookDeliveries, WebhookDeliveries>(typeof(MeasuredDeliveryStore));
        services.AddSingleton<IWebhookInspection, WebhookInspection>();
        services.AddSingleton<IWebhookTester, WebhookTester>();

        services.AddSingleton(BuildSender);
        services.AddSingleton<IWebhookCaller, WebhookCaller>();
        services.AddSingleton<DeliveryExecutor>();
        services.AddSingleton<ActivityLog>();
        services.AddMeasured<Settler, Settler>(typeof(MeasuredOutboxStore));
        services.AddMeasured<Dispatcher, Dispatcher>(typeof(MeasuredOutboxStore));
        services.AddMeasured<Housekeeper, Housekeeper>(typeof(MeasuredOutboxStore));
        services.AddMeasured<Pruner, Pruner>(typeof(MeasuredOutboxStore));
        services.AddMeasured<ProbeLoop, ProbeLoop>(typeof(MeasuredDeliveryStore));
        services.AddMeasured<SecretRenewal, SecretRenewal>(typeof(MeasuredEndpointStore));
        services.AddMeasured<OutboxService, OutboxService>(typeof(MeasuredOutboxStore));

        services.AddSingleton<WebhookStartupChecks>();

        // Before anything asks for a store, so that a missing one is named and not just unresolvable.
        services.AddSingleton<IHostedService, StoreChosenCheck>();
        services.AddSingleton<IHostedService, SecretProtectionCheck>();
        services.AddSingleton<IHostedService, StartupChecksService>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<OutboxService>());

        var builder = new WebhookOutboxBuilder(services, WebhookHttpClient.Add(services));
        services.AddSingleton<IWebhookOutboxBuilder>(builder);
        return builder;
    }

    private static WebhookSender BuildSender(IServiceProvider provider)
    {
        return new WebhookSender(
            provider.GetRequiredService<IHttpMessageHandlerFactory>(),
            BuildPipeline(provider),
            provider.GetRequiredService<WebhookSendingOptions>(),
            provider.GetRequiredService<TimeProvider>());
    }

    // Polly knows its own empty pipeline by reference only: one that was built without strategies would still be run through.
    private static ResiliencePipeline<HttpResponseMessage> BuildPipeline(IServiceProvider provider)
    {
        var configurations = provider.GetServices<AttemptPipelineConfiguration>().ToList();
        if (configurations.Count == 0)
        {
            return ResiliencePipeline<HttpResponseMessage>.Empty;
        }

        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = provider.GetRequiredService<TimeProvider>() };
        configurations.ForEach(configuration => configuration.Apply(pipeline));
        return pipeline.Build();
    }
}
