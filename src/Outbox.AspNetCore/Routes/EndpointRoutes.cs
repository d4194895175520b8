using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Reading;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Routes;

/// <summary>Endpoints: list, get, put, delete.</summary>
internal static class EndpointRoutes
{
    public static void Map(RouteGroupBuilder api, Mapping mapping, EndpointReader endpoints)
    {
        api.MapGet("/endpoints", async Task<Answer<PageView<EndpointItem>>> (HttpContext http, [AsParameters] EndpointQuery query, string? limit, string? cursor) =>
            Answer.Ok(await endpoints.ListAsync(Access.Of(http), query, Paging.Limit(limit), cursor, http.RequestAborted)))
            .WithSummary("Endpoints in the order they were made, with their health");

        api.MapGet("/endpoints/{id}", async Task<Answer<EndpointDetails>> (HttpContext http, string id) =>
            Answer.Ok(await endpoints.DetailsAsync(Access.Of(http), id, http.RequestAborted)))
            .WithSummary("One endpoint with its health and backlog");

        api.MapPost("/endpoints", async Task<Answer<EndpointPut>> (HttpContext http) =>
        {
            var body = await RequestBody.ReadAsync(http, ManagementJson.Default.EndpointBody);
            var put = await PutAsync(http, Wanted(body, Access.Of(http), existing: null));
            return put.Created ? Answer.Created($"endpoints/{put.Endpoint.Id}", put) : Answer.Ok(put);
        }).Accepts<EndpointBody>("application/json").WithSummary("Registers an endpoint; a secret that is generated is shown this once");

        api.MapPut("/endpoints/{id}", async Task<Answer<EndpointPut>> (HttpContext http, string id) =>
        {
            var body = await RequestBody.ReadAsync(http, ManagementJson.Default.EndpointBody);
            var existing = await endpoints.GetAsync(Access.Of(http), id, http.RequestAborted);
            return Answer.Ok(await PutAsync(http, Wanted(body, Access.Of(http), existing)));
        }).Accepts<EndpointBody>("application/json").WithSummary("Changes an endpoint; what is null of secret and enabled stays as it is");

        api.MapDelete("/endpoints/{id}", async Task<NoContent> (HttpContext http, string id) =>
        {
            await endpoints.GetAsync(Access.Of(http), id, http.RequestAborted);
            await mapping.Outbox.Endpoints.DeleteAsync(id, http.RequestAborted);
            return TypedResults.NoContent();
        }).WithSummary("Deletes an endpoint: its secrets are erased, what is owed is cancelled");

        async Task<EndpointPut> PutAsync(HttpContext http, WebhookEndpoint wanted)
        {
            var put = await mapping.Outbox.Endpoints.PutAsync(wanted, transaction: null, http.RequestAborted);
            return new EndpointPut(EndpointView.Of(put.Endpoint, Access.Of(http)), put.Created, put.GeneratedSecret);
        }
    }

    private static WebhookEndpoint Wanted(EndpointBody body, Access access, EndpointInfo? existing)
    {
        var tenant = body.Tenant ?? access.Tenant ?? existing?.Tenant;
        if (access.Tenant is not null && tenant != access.Tenant)
        {
            throw new WebhookValidationException("tenant", "That tenant is not yours. Leave it out.");
        }

        return new WebhookEndpoint
        {
            Id = existing?.Id,
            Scope = WebhookScope.Parse(Required("scope", body.Scope)),
            Url = Required("url", body.Url),
            Profile = Required("profile", body.Profile),
            Tenant = tenant,
            Secret = body.Secret,
            EventTypes = body.EventTypes,
            ShipTranscript = body.ShipTranscript,
            MaxInFlight = body.MaxInFlight,
            MaxPerSecond = body.MaxPerSecond,
            ExpiresAt = body.ExpiresAt,
            Enabled = body.Enabled ?? existing?.Enabled ?? true,
        };
    }

    private static string Required(string field, string? value) =>
        string.IsNullOrWhiteSpace(value) ? throw new WebhookValidationException(field, $"Give the endpoint's {field}.") : value.Trim();
}
