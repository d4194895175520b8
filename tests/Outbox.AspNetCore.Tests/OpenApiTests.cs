using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Outbox.AspNetCore.Tests;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_hosts_description_has_every_route_with_what_it_does_takes_and_answers()
    {
        await using var host = await ManagementHost.StartAsync(
            Environments.Development,
            app =>
            {
                app.MapOpenApi();
                app.MapWebhookOutbox("/outbox");
            },
            builder => builder.Services.AddOpenApi());

        using var answer = await host.As().Http.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        var description = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        var operations =
            (from path in description["paths"]!.AsObject()
             from operation in path.Value!.AsObject()
             select (Name: $"{operation.Key.ToUpperInvariant()} {path.Key}", Description: operation.Value!)).ToList();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(
            [
                "DELETE /outbox/api/endpoints/{id}", "GET /outbox/api/activity", "GET /outbox/api/deliveries", "GET /outbox/api/deliveries/count",
                "GET /outbox/api/deliveries/{id}", "GET /outbox/api/endpoints", "GET /outbox/api/endpoints/{id}", "GET /outbox/api/event-types",
                "GET /outbox/api/live", "GET /outbox/api/operations", "GET /outbox/api/operations/{id}", "GET /outbox/api/overview", "GET /outbox/api/profiles",
                "GET /outbox/api/session", "POST /outbox/api/deliveries/replay", "POST /outbox/api/deliveries/{id}/cancel",
                "POST /outbox/api/deliveries/{id}/replay", "POST /outbox/api/endpoints", "POST /outbox/api/endpoints/{id}/disable",
                "POST /outbox/api/endpoints/{id}/enable", "POST /outbox/api/endpoints/{id}/rotate-secret", "POST /outbox/api/endpoints/{id}/test-event",
                "POST /outbox/api/operations/{id}/cancel", "POST /outbox/api/subjects/erase", "POST /outbox/api/tester/preview", "POST /outbox/api/tester/send",
                "PUT /outbox/api/endpoints/{id}",
            ],
            operations.Select(operation => operation.Name).Order(StringComparer.Ordinal));
        Assert.All(operations, operation => Assert.NotEmpty((string)operation.Description["summary"]!));
        Assert.All(operations, operation => Assert.NotNull(operation.Description["responses"]!["403"]));
        Assert.NotNull(operations.Single(operation => operation.Name == "POST /outbox/api/endpoints").Description["requestBody"]!["content"]!["application/json"]);
        Assert.Contains(
            "status",
            operations.Single(operation => operation.Name == "GET /outbox/api/deliveries").Description["parameters"]!.AsArray().Select(parameter => ((string)parameter!["name"]!).ToLowerInvariant()));
    }
}
