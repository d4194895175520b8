using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Sending;

/// <summary>
/// Registers the HTTP client that webhooks go through. Needs <see cref="WebhookSendingOptions"/> and <see cref="TimeProvider"/> among the
/// services.
/// </summary>
internal static class WebhookHttpClient
{
    public const string Name = "Outbox";

    /// <summary>Returns the client's builder: the host may add handlers of its own around the guarded one.</summary>
    public static IHttpClientBuilder Add(IServiceCollection services) => services.AddHttpClient(Name)
        // They log URLs, which may be secrets.
        .RemoveAllLoggers()
        // The pool renews its connections by itself; a new handler now and then would only throw warm ones away.
        .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
        .ConfigurePrimaryHttpMessageHandler(Guarded)
        // What the host adds to all its clients (service discovery, resilience with retries, header propagation) is not for strangers.
        .ConfigureAdditionalHttpMessageHandlers((handlers, _) => handlers.Clear());

    private static SocketsHttpHandler Guarded(IServiceProvider services)
    {
        var options = services.GetRequiredService<WebhookSendingOptions>();
        var clock = services.GetRequiredService<TimeProvider>();
        var guard = new AddressGuard(options, services.GetService<OwnAddresses>() ?? OwnAddresses.OfThisMachine(clock));
        var connector = new GuardedConnector(
            guard, options, clock, services.GetService<ResolveName>(), services.GetService<ConnectSocket>());
        return GuardedHandler.Create(options, connector);
    }
}
