using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using MinimalApiHost.ApiKeys;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>The life of a call. What a route changes and what it tells customers are one transaction: see <see cref="ICallStore"/>.</summary>
internal static class CallRoutes
{
    public static void MapCalls(this WebApplication app)
    {
        var calls = app.MapGroup("/v1/calls").RequireAuthorization(ApiKey.MayCall);
        calls.MapPost("/", StartAsync);
        calls.MapPost("/{id}/end", EndAsync);
        calls.MapPost("/{id}/artifacts/{name}", AddArtifactAsync);
        app.MapGet("/v1/calls/{id}", ShowAsync).RequireAuthorization(ApiKey.MayRead);
    }

    private static async Task<IResult> StartAsync(
        StartCall request, ClaimsPrincipal caller, ICallStore calls, PlatformProfile platform, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var call = request.ToCall(caller.Tenant(), now);
        return await calls.StartAsync(call, request.EndpointOf(call, platform, now), CallEvents.Started(call, platform)) is { } started
            ? TypedResults.Created($"/v1/calls/{Uri.EscapeDataString(call.Id)}", CallView.Of(call) with
            {
                WebhookEndpointId = started.Endpoint?.Endpoint.Id,
                EventId = started.Enqueued.EventId,
                DeliveryIds = started.Enqueued.DeliveryIds,
            })
            : ProblemAnswers.Conflict($"There is a call '{call.Id}' already. Leave the id out to be given one.");
    }

    private static async Task<IResult> EndAsync(
        string id, EndCall request, string? simulate, ClaimsPrincipal caller, ICallStore calls, PlatformProfile platform, TimeProvider clock)
    {
        if (await calls.FindAsync(id) is not { } call || !caller.Sees(call.Tenant))
        {
            return NoSuchCall(id);
        }

        var ended = request.ApplyTo(call, clock.GetUtcNow());
        var rollBack = simulate is "rollback";
        if (call.IsOver || await calls.EndAsync(ended, CallEvents.Ended(ended, request, platform), rollBack) is not { } enqueued)
        {
            return ProblemAnswers.Conflict($"The call '{id}' has ended already.");
        }

        return rollBack
            ? ProblemAnswers.Problem(StatusCodes.Status500InternalServerError, $"As asked, the end of '{id}' was rolled back, and with it the event {enqueued.EventId}.")
            : TypedResults.Ok(CallView.Of(ended) with { EventId = enqueued.EventId, DeliveryIds = enqueued.DeliveryIds });
    }

    private static async Task<IResult> AddArtifactAsync(string id, string name, JsonElement? patch, ClaimsPrincipal caller, ICallStore calls)
    {
        var change = patch is { ValueKind: not JsonValueKind.Undefined } given ? given.GetRawText()
            : name is "recording" ? """{"recordingAvailable":true}"""
            : "{}";
        var artifact = WebhookArtifact.FromJson(id, ArtifactName(name), change);
        if (await calls.FindAsync(id) is not { } call || !caller.Sees(call.Tenant))
        {
            return NoSuchCall(id);
        }

        return await calls.AddArtifactAsync(artifact with { Tenant = call.Tenant }, change) switch
        {
            ArtifactOutcome.NothingHeld => ProblemAnswers.NotFound($"No event of the call '{id}' waits for '{name}'. Nothing was changed."),
            ArtifactOutcome.TooLate => ProblemAnswers.Conflict(
                $"The event of the call '{id}' has gone out without '{name}'. The call has it now; tell customers by an event of your own, such as '{name}.ready'."),
            var outcome => TypedResults.Ok(new { callId = id, artifact = name, outcome }),
        };
    }

    private static async Task<IResult> ShowAsync(string id, ClaimsPrincipal caller, ICallStore calls) =>
        await calls.FindAsync(id) is { } call && caller.Sees(call.Tenant) ? TypedResults.Ok(CallView.Of(call)) : NoSuchCall(id);

    private static ProblemHttpResult NoSuchCall(string id) => ProblemAnswers.NotFound($"There is no call '{id}'.");

    private static string ArtifactName(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
        ? name
        : throw new WebhookValidationException("name", $"'{name}' is not an artifact's name. Use ASCII letters, digits, '.', '_' and '-': 'recording'.");
}
