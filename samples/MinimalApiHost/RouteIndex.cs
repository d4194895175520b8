using Microsoft.AspNetCore.Routing;

namespace MinimalApiHost;

/// <summary><c>GET /</c>: what there is to call.</summary>
internal static class RouteIndex
{
    public static void MapRouteIndex(this WebApplication app) => app.MapGet("/", (EndpointDataSource routes) => TypedResults.Ok(new
    {
        name = "A small voice platform, and its webhooks",
        authorization = "Bearer <API key>, everywhere but here",
        routes = routes.Endpoints.OfType<RouteEndpoint>().SelectMany(Describe).OrderBy(route => route[7..], StringComparer.Ordinal),
    }));

    private static IEnumerable<string> Describe(RouteEndpoint route) =>
        from method in route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
        select $"{method,-6} /{route.RoutePattern.RawText?.Trim('/')}";
}
