using Microsoft.AspNetCore.Routing;

namespace MinimalApiHost;

/// <summary><c>GET /</c>: the dashboard for people with a browser, and what there is to call for everybody else.</summary>
internal static class RouteIndex
{
    public static void MapRouteIndex(this WebApplication app) => app.MapGet("/", IResult (HttpRequest request, EndpointDataSource routes) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal) ? TypedResults.LocalRedirect("/outbox/") : TypedResults.Ok(Index(routes)));

    private static object Index(EndpointDataSource routes) => new
    {
        name = "A small voice platform, and its webhooks",
        authorization = "Bearer <API key>, everywhere but here",
        routes = routes.Endpoints.OfType<RouteEndpoint>().SelectMany(Describe).OrderBy(route => route[7..], StringComparer.Ordinal),
    };

    private static IEnumerable<string> Describe(RouteEndpoint route) =>
        route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is { ExcludeFromDescription: true } ? [] :
        from method in route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
        select $"{method,-6} /{route.RoutePattern.RawText?.Trim('/')}";
}
