using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Outbox.Storage;

/// <summary>Stops a host that chose no store, with a message that names the cure.</summary>
internal sealed class StoreChosenCheck : IHostedService
{
    public StoreChosenCheck(IServiceProvider services)
    {
        if (services.GetService<IServiceProviderIsService>()?.IsService(typeof(IOutboxStore)) is false)
        {
            throw new InvalidOperationException(
                "AddWebhookOutbox() was called but no store was chosen, so events would have nowhere to live. Chain one of the store packages: "
                + "services.AddWebhookOutbox().UseSqlite(\"Data Source=calls.db\") from Outbox.Sqlite.");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
