using Microsoft.Extensions.DependencyInjection;
using Outbox.Storage;

namespace Outbox.Cli.Store;

/// <summary>The host's outbox, opened beside the host: it delivers nothing, and makes no tables unless told to.</summary>
internal sealed class OpenOutbox : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public OpenOutbox(StoreSettings settings, SchemaMode mode = SchemaMode.ValidateOnly)
    {
        var services = new ServiceCollection();
        var builder = services.AddWebhookOutbox(options => options.Dispatch = false);
        if (settings.IsPostgres)
        {
            builder.UsePostgres(settings.Connection ?? "Host=unused", options =>
            {
                options.Schema = settings.Schema;
                options.SchemaMode = mode;
            });
        }
        else
        {
            builder.UseSqlite(settings.Connection ?? "Data Source=unused", options => options.SchemaMode = mode);
        }

        _services = services.BuildServiceProvider();
    }

    public IWebhookDeliveries Deliveries => _services.GetRequiredService<IWebhookDeliveries>();

    public IWebhookInspection Inspection => _services.GetRequiredService<IWebhookInspection>();

    public IOutboxStore Store => _services.GetRequiredService<IOutboxStore>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
