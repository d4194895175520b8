using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Storage;
using Outbox.Testing;

#pragma warning disable IDE0130 // In the builder's namespace, so that UseInMemory() is found without another using.
namespace Outbox;
#pragma warning restore IDE0130

/// <summary>Chooses the in-memory store.</summary>
public static class InMemoryBuilderExtensions
{
    /// <summary>
    /// Keeps the outbox in memory, for tests: see <see cref="InMemoryOutboxStore"/> for what it does with transactions. Resolve
    /// <see cref="InMemoryOutboxStore"/> to look at what was enqueued. It goes by the registered <see cref="TimeProvider"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">A store was chosen already.</exception>
    public static IWebhookOutboxBuilder UseInMemory(this IWebhookOutboxBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.RefuseSecondStore();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new InMemoryOutboxStore(services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<IOutboxStore, InMemoryOutboxStore>(services => services.GetRequiredService<InMemoryOutboxStore>());
        builder.Services.AddSingleton(services => services.GetRequiredService<InMemoryOutboxStore>().Endpoints);
        builder.Services.AddSingleton(services => services.GetRequiredService<InMemoryOutboxStore>().Deliveries);
        builder.Services.AddSingleton(services => services.GetRequiredService<InMemoryOutboxStore>().Inspection);
        return builder;
    }
}
