using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MinimalApiHost.ApiKeys;
using MinimalApiHost.Requests;
using Outbox;

namespace MinimalApiHost.Webhooks;

/// <summary>Endpoints of every profile and scope.</summary>
internal static class EndpointRoutes
{
    private const string Route = "/v1/webhook-endpoints";

    public static void MapWebhookEndpoints(this WebApplication app)
    {
        var endpoints = app.MapGroup(Route).RequireAuthorization(ApiKey.MayRead);
        endpoints.MapGet("/", ListAsync);
        endpoints.MapGet("/{id}", GetAsync);
        endpoints.MapPost("/", CreateAsync).RequireAuthorization(ApiKey.MayCall);
        endpoints.MapDelete("/{id}", DeleteAsync).RequireAuthorization(ApiKey.MayCall);
    }

    private static async Task<IResult> CreateAsync(Body<NewEndpoint> body, ClaimsPrincipal caller, IWebhookEndpoints endpoints, PlatformProfile platform)
    {
        var request = body.Value;
        var profile = request.Profile ?? platform.Webhooks.Name;
        var registration = await endpoints.PutAsync(new WebhookEndpoint
        {
            Scope = WebhookScope.Parse(Require.Text("scope", request.Scope)),
            Url = Require.Text("url", request.Url),
            Profile = profile,
            EventTypes = platform.TypesFor(profile, Require.Texts("eventTypes", request.EventTypes)),
            Secret = request.Secret,
            ShipTranscript = request.ShipTranscript,
            Tenant = caller.Tenant(),
        });

        // The one time that a secret is shown: when the outbox made it.
        var view = EndpointView.Of(registration.Endpoint) with { Secret = registration.GeneratedSecret };
        return registration.Created ? TypedResults.Created($"{Route}/{view.Id}", view) : TypedResults.Ok(view);
    }

    private static async Task<IResult> ListAsync(ClaimsPrincipal caller, IWebhookEndpoints endpoints)
    {
        var found = await endpoints.ListAsync(new EndpointFilter { Tenant = caller.Tenant() });
        return TypedResults.Ok(new { endpoints = found.Select(EndpointView.Of) });
    }

    private static async Task<IResult> GetAsync(string id, ClaimsPrincipal caller, IWebhookEndpoints endpoints) =>
        await endpoints.GetAsync(id) is { } endpoint && caller.Sees(endpoint.Tenant) ? TypedResults.Ok(EndpointView.Of(endpoint)) : NoSuchEndpoint(id);

    private static async Task<IResult> DeleteAsync(string id, ClaimsPrincipal caller, IWebhookEndpoints endpoints) =>
        await endpoints.GetAsync(id) is { } endpoint && caller.Sees(endpoint.Tenant) && await endpoints.DeleteAsync(id)
            ? TypedResults.NoContent()
            : NoSuchEndpoint(id);

    private static ProblemHttpResult NoSuchEndpoint(string id) => ProblemAnswers.NotFound($"There is no webhook endpoint '{id}'.");
}

/// <summary>The body of <c>POST /v1/webhook-endpoints</c>.</summary>
internal sealed record NewEndpoint(
    string? Scope, string? Url, string? Profile, IReadOnlyList<string>? EventTypes, string? Secret, bool ShipTranscript = true)
{
    /// <summary>Names scope and profile, and neither the URL nor the secret.</summary>
    public override string ToString() => $"{nameof(NewEndpoint)} of {Scope} by the profile {Profile}";
}

/// <summary>An endpoint as the API shows it.</summary>
internal sealed record EndpointView
{
    public required string Id { get; init; }

    public required string Scope { get; init; }

    public required string Url { get; init; }

    public required string Profile { get; init; }

    public required IReadOnlyList<string> EventTypes { get; init; }

    public bool ShipTranscript { get; init; }

    public string? Tenant { get; init; }

    /// <summary>Only in the answer that made it up.</summary>
    public string? Secret { get; init; }

    public string? SecretLast4 { get; init; }

    public bool Enabled { get; init; }

    public string? DisabledReason { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Names the endpoint, and neither its URL nor the secret.</summary>
    public override string ToString() => $"{nameof(EndpointView)} {Id}";

    public static EndpointView Of(EndpointInfo endpoint) => new()
    {
        Id = endpoint.Id,
        Scope = endpoint.Scope.ToString(),
        Url = endpoint.Url,
        Profile = endpoint.Profile,
        EventTypes = endpoint.EventTypes,
        ShipTranscript = endpoint.ShipTranscript,
        Tenant = endpoint.Tenant,
        SecretLast4 = endpoint.SecretHint,
        Enabled = endpoint.Enabled,
        DisabledReason = endpoint.DisabledReason,
        ExpiresAt = endpoint.ExpiresAt,
        CreatedAt = endpoint.CreatedAt,
    };
}
