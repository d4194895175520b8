using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Catalogue;
using Outbox.AspNetCore.Live;
using Outbox.AspNetCore.Operations;
using Outbox.AspNetCore.Reading;
using Outbox.AspNetCore.Security;

namespace Outbox.AspNetCore.Routes;

/// <summary>The management API, put together.</summary>
internal static class ManagementRoutes
{
    private static readonly string[] ContentTypes = [ProblemBody.ContentType];
    private static readonly int[] ProblemStatuses = [400, 403, 404, 409, 415, 422, 500, 503];

    public static void Map(RouteGroupBuilder api, Mapping mapping)
    {
        api.WithTags("Webhook outbox");
        api.WithMetadata([.. ProblemStatuses.Select(status => new ProducesResponseTypeMetadata(status, typeof(ProblemBody), ContentTypes))]);
        api.AddEndpointFilter(new GuardFilter(mapping));

        var endpoints = new EndpointReader(mapping);
        var deliveries = new DeliveryReader(mapping);
        var figures = new FigureReader(mapping, endpoints);
        var catalogue = new EventCatalogue(mapping);
        var work = new Work(mapping);
        SessionRoutes.Map(api, mapping);
        FigureRoutes.Map(api, figures, endpoints);
        EndpointRoutes.Map(api, mapping, endpoints);
        EndpointChangeRoutes.Map(api, mapping, endpoints, catalogue, work);
        DeliveryRoutes.Map(api, mapping, deliveries);
        ReplayRoutes.Map(api, mapping, deliveries, work);
        SubjectRoutes.Map(api, mapping, work);
        OperationRoutes.Map(api, mapping);
        CatalogueRoutes.Map(api, catalogue);
        TesterRoutes.Map(api, mapping, endpoints, catalogue);
        LiveRoutes.Map(api, mapping, new LiveTopics(mapping, endpoints, deliveries, figures));
        api.Map("/{**path}", (HttpContext http) => (IResult)Unknown(http.Request)).ExcludeFromDescription();
    }

    /// <summary>What no other route takes, the routes' own answer being bare: an address that is not there, or a body that is no JSON.</summary>
    private static Problem Unknown(HttpRequest request) =>
        (HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method))
        && request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) is not true
            ? Problem.MediaType()
            : Problem.NoRoute(request.Method, request.Path);
}
