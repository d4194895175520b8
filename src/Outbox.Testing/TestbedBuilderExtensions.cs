using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Storage;
using Outbox.Testing;

#pragma warning disable IDE0130 // In the builder's namespace, so that UseTestbed() is found without another using.
namespace Outbox;
#pragma warning restore IDE0130

/// <summary>Puts the outbox of a test on a testbed.</summary>
public static class TestbedBuilderExtensions
{
    /// <summary>
    /// Catches every request before it leaves the process and gives the host a clock that the test moves. The store is the one that was chosen, or the
    /// in-memory one where none was. Resolve <see cref="WebhookTestbed"/> from the host's services.
    /// </summary>
    /// <param name="builder">What <c>AddWebhookOutbox()</c> returned; in a test of an existing host call <c>services.AddWebhookOutbox().UseTestbed()</c> after its own set-up.</param>
    /// <param name="replaceStore">Whether the in-memory store takes the place of the one that was chosen. Default: true.</param>
    public static IWebhookOutboxBuilder UseTestbed(this IWebhookOutboxBuilder builder, bool replaceStore = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var clock = new TestClock();
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
        services.AddSingleton(provider => new WebhookTestbed(clock, provider));
        if (replaceStore)
        {
            services.RemoveAll<IOutboxStore>();
            services.RemoveAll<IEndpointStore>();
            services.RemoveAll<IDeliveryStore>();
        }

        if (!services.Any(service => service.ServiceType == typeof(IOutboxStore)))
        {
            builder.UseInMemory();
        }

        builder.HttpClient.ConfigurePrimaryHttpMessageHandler(provider => new CatchingHandler(provider.GetRequiredService<WebhookTestbed>()));
        return builder;
    }
}

/// <summary>Starts the outbox of a test that has services and no host.</summary>
public static class TestbedServiceProviderExtensions
{
    /// <summary>Starts the services' outbox (and what else they have to start), until the testbed or the services are disposed.</summary>
    /// <exception cref="InvalidOperationException">The services have no testbed: <c>UseTestbed()</c> was not called.</exception>
    public static async Task<WebhookTestbed> StartTestbedAsync(this IServiceProvider services, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        var testbed = services.GetService<WebhookTestbed>()
            ?? throw new InvalidOperationException("These services have no testbed. Call services.AddWebhookOutbox().UseTestbed() before they are built.");
        await testbed.StartAsync(cancellationToken);
        return testbed;
    }
}
