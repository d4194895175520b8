using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Outbox.AspNetCore.Security;

/// <summary>Stops a host that would show its webhooks to anybody without having said so.</summary>
internal static class MappingCheck
{
    public static void Add(IEndpointRouteBuilder endpoints, RouteGroupBuilder group, Mapping mapping, string prefix)
    {
        endpoints.ServiceProvider.GetRequiredService<WebhookStartupChecks>().Add(() => Run(endpoints, mapping, prefix));
        if (!IsDevelopment(endpoints))
        {
            ((IEndpointConventionBuilder)group).Finally(endpoint => CloseUnguarded(endpoint, prefix));
        }
    }

    private static void Run(IEndpointRouteBuilder endpoints, Mapping mapping, string prefix)
    {
        var options = mapping.Options;
        foreach (var policy in new[] { options.ReaderPolicy, options.OperatorPolicy, options.UrlPathPolicy, options.PayloadPolicy })
        {
            if (policy is not null && endpoints.ServiceProvider.GetService<IAuthorizationService>() is null)
            {
                throw new InvalidOperationException(
                    $"MapWebhookOutbox(\"{prefix}\") names the policy '{policy}', and the host has no authorization. Call builder.Services.AddAuthorization(…) with a policy of that name.");
            }
        }

        if (!IsDevelopment(endpoints) && Routes(endpoints).Any(route => route.Metadata.GetMetadata<Mapping>() == mapping && !IsGuarded([.. route.Metadata])))
        {
            throw Unguarded(prefix);
        }
    }

    /// <summary>Within a group the conventions around it are not known yet; the server's routes, which it has once it started, have them.</summary>
    private static IEnumerable<Endpoint> Routes(IEndpointRouteBuilder endpoints) => endpoints is RouteGroupBuilder
        ? endpoints.ServiceProvider.GetRequiredService<EndpointDataSource>().Endpoints
        : endpoints.DataSources.SelectMany(source => source.Endpoints);

    /// <summary>Until the check has run, and for what is mapped after the start.</summary>
    private static void CloseUnguarded(EndpointBuilder endpoint, string prefix)
    {
        if (!IsGuarded(endpoint.Metadata))
        {
            endpoint.RequestDelegate = _ => Task.FromException(Unguarded(prefix));
        }
    }

    private static bool IsDevelopment(IEndpointRouteBuilder endpoints) => endpoints.ServiceProvider.GetRequiredService<IHostEnvironment>().IsDevelopment();

    private static bool IsGuarded(IList<object> metadata) => metadata.Any(item => item is IAuthorizeData or AuthorizationPolicy or IAllowAnonymous);

    private static InvalidOperationException Unguarded(string prefix) => new(
        $"MapWebhookOutbox(\"{prefix}\") has no authorization, so anybody who reaches this host could read and change its webhooks. "
        + $"Write app.MapWebhookOutbox(\"{prefix}\").RequireAuthorization(\"ops\") with a policy of yours; or, if everybody is meant, .AllowAnonymous().");
}
