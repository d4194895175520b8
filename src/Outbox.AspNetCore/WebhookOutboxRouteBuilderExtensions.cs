using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outbox;
using Outbox.AspNetCore;
using Outbox.AspNetCore.Assets;
using Outbox.AspNetCore.Routes;
using Outbox.AspNetCore.Security;

#pragma warning disable IDE0130 // Where every Map method lives, so that it is found without another using.
namespace Microsoft.AspNetCore.Builder;
#pragma warning restore IDE0130

/// <summary>Maps the outbox's management into a host.</summary>
public static class WebhookOutboxRouteBuilderExtensions
{
    /// <summary>
    /// Maps the management API and the dashboard below a prefix: <c>app.MapWebhookOutbox("/outbox").RequireAuthorization("ops")</c>. Outside
    /// Development the host starts only where authorization, or an explicit <c>AllowAnonymous()</c>, is attached to what this returns.
    /// </summary>
    /// <param name="endpoints">The host's routes.</param>
    /// <param name="prefix">The path that everything is below, such as <c>/outbox</c>.</param>
    /// <param name="configure">Who may do what, and what is masked.</param>
    /// <returns>The group, for authorization and other conventions: they hold for every route in it.</returns>
    /// <exception cref="InvalidOperationException">The host has no outbox: <c>AddWebhookOutbox()</c> was not called.</exception>
    public static RouteGroupBuilder MapWebhookOutbox(
        this IEndpointRouteBuilder endpoints, string prefix, Action<WebhookManagementOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        if (endpoints.ServiceProvider.GetService<IWebhookOutbox>() is null)
        {
            throw new InvalidOperationException(
                $"MapWebhookOutbox(\"{prefix}\") found no outbox to show. Call builder.Services.AddWebhookOutbox() with a store before the host is built.");
        }

        var options = new WebhookManagementOptions();
        configure?.Invoke(options);
        var mapping = new Mapping(endpoints.ServiceProvider, options);

        var group = endpoints.MapGroup(prefix);
        group.WithMetadata(mapping);
        DashboardRoutes.Map(group);
        ManagementRoutes.Map(group.MapGroup("/api"), mapping);
        MappingCheck.Add(endpoints, group, mapping, prefix);
        return group;
    }
}
