using Microsoft.AspNetCore.Routing;

namespace MinimalApiHost;

/// <summary><c>GET /</c>: what there is to call.</summary>
internal static class RouteIndex
{
    public static void MapRouteIndex(this WebApplication app) => app.MapGet("/", (EndpointDataSource routes) => TypedResults.Ok(new
    {
        name = "A small voice platform, and its webhooks",
        authorization = "Bearer <API key>, everywhere but here",
        routes = routes.Endpoints.OfType<RouteEndpoint>().Select(Describe).Order(StringComparer.Ordinal),
    }));

    private static string Describe(RouteEndpoint route) =>
        $"{route.RoutePattern.RawText} {string.Join(' ', route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])}";
}
