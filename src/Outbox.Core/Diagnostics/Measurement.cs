using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Storage;

namespace Outbox.Diagnostics;

/// <summary>
/// Puts the measured stores between the services of Core and the chosen store. They are asked for by their own types: under the store's
/// interfaces there is the chosen store alone, so that a provider sees whether another was chosen before it.
/// </summary>
internal static class Measurement
{
    public static void AddMeasurements(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<OutboxMetrics>();
        services.AddSingleton<StoreMeter>();
        services.AddSingleton<MeasuredOutboxStore>();
        services.AddSingleton<MeasuredDeliveryStore>();
        services.AddSingleton<MeasuredEndpointStore>();
        services.AddMeasured<StoreGate, StoreGate>(typeof(MeasuredOutboxStore));
        services.AddMeasured<BacklogWatch, BacklogWatch>(typeof(MeasuredDeliveryStore));
    }

    /// <summary>Adds a service that is given the measured stores of these types where its constructor asks for a store.</summary>
    public static void AddMeasured<TService, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(
        this IServiceCollection services, params Type[] stores)
        where TService : class
        where TImplementation : class, TService =>
        services.AddSingleton<TService>(provider =>
            ActivatorUtilities.CreateInstance<TImplementation>(provider, [.. stores.Select(provider.GetRequiredService)]));
}
