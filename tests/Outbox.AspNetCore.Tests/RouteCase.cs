using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.AspNetCore.Tests;

/// <summary>
/// Every route of the API with a request for it. What the host has mapped is compared with this table, so a new route stands here too, and with
/// that under every rule that is checked for all routes.
/// </summary>
public sealed record RouteCase(string Route, string Path, object? Body = null)
{
    public const string Endpoint = "{endpoint}";
    public const string Delivery = "{delivery}";
    public const string Operation = "{operation}";

    /// <summary>Routes that name something by its id, in the path, the query or the body. Those that end a thing's life come last.</summary>
    public static readonly RouteCase[] WithId =
    [
        new("GET /activity", $"activity?endpoint={Endpoint}"),
        new("GET /live", $"live?topics=endpoint&endpoint={Endpoint}"),
        new("GET /live", $"live?topics=activity&endpoint={Endpoint}"),
        new("GET /live", $"live?topics=delivery&id={Delivery}"),
        new("GET /endpoints/{id}", $"endpoints/{Endpoint}"),
        new("GET /deliveries/{id}", $"deliveries/{Delivery}"),
        new("GET /operations/{id}", $"operations/{Operation}"),
        new("POST /deliveries/replay", "deliveries/replay", """{"ids":["{delivery}"],"dryRun":true}"""),
        new("POST /deliveries/replay", "deliveries/replay", """{"ids":["{delivery}"]}"""),
        new("POST /deliveries/{id}/replay", $"deliveries/{Delivery}/replay"),
        new("POST /deliveries/{id}/cancel", $"deliveries/{Delivery}/cancel", new { reason = "test" }),
        new("POST /operations/{id}/cancel", $"operations/{Operation}/cancel"),
        new("POST /tester/preview", "tester/preview", """{"endpointId":"{endpoint}","type":"call.completed"}"""),
        new("POST /tester/send", "tester/send", """{"endpointId":"{endpoint}","type":"call.completed"}"""),
        new("POST /endpoints/{id}/test-event", $"endpoints/{Endpoint}/test-event", new { type = "call.completed" }),
        new("POST /endpoints/{id}/rotate-secret", $"endpoints/{Endpoint}/rotate-secret", new { }),
        new("PUT /endpoints/{id}", $"endpoints/{Endpoint}", Seeds.Endpoint("http://127.0.0.1:9/again")),
        new("POST /endpoints/{id}/disable", $"endpoints/{Endpoint}/disable", new { reason = "test" }),
        new("POST /endpoints/{id}/enable", $"endpoints/{Endpoint}/enable"),
        new("DELETE /endpoints/{id}", $"endpoints/{Endpoint}"),
    ];

    /// <summary>Routes that name nothing by its id. What they show of another tenant is checked one by one.</summary>
    public static readonly RouteCase[] WithoutId =
    [
        new("GET /session", "session"),
        new("GET /overview", "overview"),
        new("GET /endpoints", "endpoints"),
        new("GET /deliveries", "deliveries"),
        new("GET /deliveries/count", "deliveries/count"),
        new("GET /operations", "operations"),
        new("GET /event-types", "event-types"),
        new("GET /profiles", "profiles"),
        new("POST /endpoints", "endpoints", Seeds.Endpoint("http://127.0.0.1:9/")),
        new("POST /subjects/erase", "subjects/erase", new { subject = "call_1", dryRun = true }),
    ];

    public static IEnumerable<RouteCase> All => WithId.Concat(WithoutId);

    public HttpMethod Method => HttpMethod.Parse(Route.Split(' ')[0]);

    public bool IsStream => Route == "GET /live";

    /// <summary>What the host has mapped below a prefix, as this table writes it.</summary>
    public static IReadOnlyList<string> Mapped(ManagementHost host, string prefix) =>
    [
        .. from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           let pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
           where pattern.StartsWith($"{prefix}/api/", StringComparison.Ordinal) && !pattern.EndsWith("{**path}", StringComparison.Ordinal)
           from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"]
           select $"{method} {pattern[(prefix.Length + 4)..]}",
    ];

    /// <summary>The same with real ids in it.</summary>
    public RouteCase For(string endpoint, string delivery, string operation)
    {
        return this with { Path = Filled(Path), Body = Body is string json ? Filled(json) : Body };

        string Filled(string text) => text
            .Replace(Endpoint, endpoint, StringComparison.Ordinal)
            .Replace(Delivery, delivery, StringComparison.Ordinal)
            .Replace(Operation, operation, StringComparison.Ordinal);
    }
}
