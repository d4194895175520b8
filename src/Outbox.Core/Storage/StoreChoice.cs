using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Storage;

/// <summary>What every provider's <c>Use…</c> method begins with.</summary>
public static class StoreChoice
{
    /// <summary>Refuses a second store for one outbox; call it before you register yours.</summary>
    /// <param name="builder">What <c>AddWebhookOutbox</c> returned.</param>
    /// <param name="method">The method that chooses the store; the compiler fills it in.</param>
    /// <exception cref="InvalidOperationException">An <see cref="IOutboxStore"/> is registered already.</exception>
    public static void RefuseSecondStore(this IWebhookOutboxBuilder builder, [CallerMemberName] string method = "")
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Services.FirstOrDefault(service => service.ServiceType == typeof(IOutboxStore)) is { } first)
        {
            throw new InvalidOperationException(
                $"{method}() was called where the outbox has a store already ({NameOf(first)}). An outbox has one store: keep one of the two calls.");
        }
    }

    private static string NameOf(ServiceDescriptor store) =>
        (store.ImplementationType
            ?? store.ImplementationInstance?.GetType()
            ?? store.ImplementationFactory?.GetType().GenericTypeArguments[^1])?.Name ?? "another store";
}
