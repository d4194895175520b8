using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Outbox.Simulation.Receivers;
using Outbox.Simulation.Run;
using Outbox.Simulation.Store;
using Outbox.Storage;

namespace Outbox.Simulation.Hosts;

/// <summary>The product's own registration; only time, chance, the database and the network are simulated.</summary>
internal static class HostServices
{
    public static ServiceProvider Build(SimulatedHost host, World world)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(host.Clock);
        services.AddSingleton<IRandomSource>(world.Chances.Products.Fork());
        services.AddSingleton<IOutboxStore>(new SimulatedStore(host, world));
        services.AddSingleton<IEndpointStore>(new SimulatedEndpointStore(host, world));
        services.AddSingleton<IDeliveryStore>(new SimulatedDeliveryStore(host, world));
        services.AddSingleton<IInspectionStore>(new SimulatedInspectionStore(host, world));
        var outbox = services.AddWebhookOutbox(world.Settings.Apply).StoreSecretsInPlainText();
        foreach (var profile in SimulatedProfiles.Added)
        {
            outbox.AddProfile(profile);
        }

        outbox.HttpClient.ConfigurePrimaryHttpMessageHandler(() => new ReceiverHandler(host, world));
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        world.AlsoRegister?.Invoke(services);
        var provider = services.BuildServiceProvider();
        _ = provider.GetRequiredService<IOptions<WebhookOutboxOptions>>().Value;
        return provider;
    }
}
