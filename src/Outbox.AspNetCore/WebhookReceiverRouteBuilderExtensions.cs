using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outbox.AspNetCore;
using Outbox.AspNetCore.Receiving;
using Outbox.Profiles;
using Outbox.Signing;

#pragma warning disable IDE0130 // Where every Map method lives, so that it is found without another using.
namespace Microsoft.AspNetCore.Builder;
#pragma warning restore IDE0130

/// <summary>Maps receivers of webhooks into a host.</summary>
public static class WebhookReceiverRouteBuilderExtensions
{
    /// <summary>
    /// Receives webhooks of a profile by POST at a path. The handler is called for requests that carry a valid, fresh signature, with the body as it
    /// came. What it answers: 200 after the handler; 401 where the signature is missing, wrong or too old; 400 where it or the body cannot be read;
    /// 413 where the body is too large; 500 where the handler throws, and the sender tries again.
    /// </summary>
    /// <remarks>
    /// Deliveries come at least once: record <see cref="ReceivedWebhook.DeliveryId"/> with your own work (<see cref="Outbox.WebhookInbox"/>). The
    /// signature stands for a login, so the route is open to anonymous callers.
    /// </remarks>
    /// <param name="endpoints">The host's routes.</param>
    /// <param name="pattern">The path, such as <c>/hooks</c>.</param>
    /// <param name="profile">The profile that the sender uses.</param>
    /// <param name="secret">The endpoint's secret, from configuration.</param>
    /// <param name="handler">Does the receiver's work. Answer within the sender's timeout: store, and work later.</param>
    /// <param name="configure">Changes the limits.</param>
    /// <exception cref="Outbox.WebhookValidationException">The secret cannot be a key.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit is zero or less.</exception>
    public static IEndpointConventionBuilder MapWebhookReceiver(
        this IEndpointRouteBuilder endpoints,
        string pattern,
        WebhookProfile profile,
        string secret,
        Func<ReceivedWebhook, CancellationToken, Task> handler,
        Action<WebhookReceiverOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(handler);
        var options = new WebhookReceiverOptions();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBodyBytes, 1, nameof(configure));
        var clock = endpoints.ServiceProvider.GetService<TimeProvider>();
        var verifier = new WebhookVerifier(profile, [secret, .. options.OtherSecrets], clock, options.ReplayWindow);
        var receiver = new WebhookReceiver(profile, verifier, options, handler);
        return endpoints.MapPost(pattern, (RequestDelegate)receiver.ReceiveAsync).AllowAnonymous();
    }
}
