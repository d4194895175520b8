using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MinimalApiHost.ApiKeys;
using MinimalApiHost.Requests;
using MinimalApiHost.Webhooks;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>The life of a call. What a route changes and what it tells customers are one transaction: see <see cref="ICallStore"/>.</summary>
internal static class CallRoutes
{
    private const string RollBack = "rollback";

    public static void MapCalls(this WebApplication app)
    {
        var calls = app.MapGroup("/v1/calls").RequireAuthorization(ApiKey.MayCall);
        calls.MapPost("/", StartAsync).WithFieldNames(("url", "webhook_url"), ("eventTypes", "webhook_events"), ("secret", "webhook_secret"), ("subject", "id"));
        calls.MapPost("/{id}/end", EndAsync);
        calls.MapArtifacts();
        app.MapGet("/v1/calls/{id}", ShowAsync).RequireAuthorization(ApiKey.MayRead);
    }

    public static ProblemHttpResult NoSuchCall(string id) => ProblemAnswers.NotFound($"There is no call '{id}'.");

    private static async Task<IResult> StartAsync(
        Body<StartCall> body, ClaimsPrincipal caller, ICallStore calls, PlatformProfile platform, Audience audience, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var call = body.Value.ToCall(caller.Tenant(), now);
        var words = await audience.WordsAsync(platform.Started, call.Tenant, CallEvents.ScopesOf(call));
        return await calls.StartAsync(call, body.Value.EndpointOf(call, platform, now), CallEvents.Started(call, words)) is { } started
            ? TypedResults.Created($"/v1/calls/{Uri.EscapeDataString(call.Id)}", CallView.Of(call, started.Enqueued) with
            {
                WebhookEndpointId = started.Endpoint?.Endpoint.Id,
            })
            : ProblemAnswers.Conflict($"There is a call '{call.Id}' already. Leave the id out to be given one.");
    }

    private static async Task<IResult> EndAsync(
        string id, Body<EndCall> body, string? simulate, ClaimsPrincipal caller, ICallStore calls, PlatformProfile platform, Audience audience, TimeProvider clock)
    {
        var rollBack = simulate is not null && Require.OneOf("simulate", simulate, [RollBack]) is RollBack;
        if (await calls.FindAsync(id) is not { } call || !caller.Sees(call.Tenant))
        {
            return NoSuchCall(id);
        }

        var ended = body.Value.ApplyTo(call, clock.GetUtcNow());
        var happening = ended.Status is EndCall.Completed ? platform.Ended : platform.Failed;
        var words = await audience.WordsAsync(happening, call.Tenant, [.. CallEvents.ScopesOf(call), WebhookScope.Call(id)]);
        if (call.IsOver || await calls.EndAsync(ended, over => CallEvents.Ended(over, body.Value, platform, words), rollBack) is not { } enqueued)
        {
            return ProblemAnswers.Conflict($"The call '{id}' has ended already.");
        }

        return rollBack
            ? ProblemAnswers.Problem(StatusCodes.Status500InternalServerError, $"As asked, the end of '{id}' was rolled back, and with it the event {enqueued[0].EventId}.")
            : TypedResults.Ok(CallView.Of(ended, enqueued));
    }

    private static async Task<IResult> ShowAsync(string id, ClaimsPrincipal caller, ICallStore calls) =>
        await calls.FindAsync(id) is { } call && caller.Sees(call.Tenant) ? TypedResults.Ok(CallView.Of(call)) : NoSuchCall(id);
}
