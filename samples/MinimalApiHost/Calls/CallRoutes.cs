using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Data.Sqlite;
using MinimalApiHost.ApiKeys;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>The life of a call. Each route changes the call's row and says so to customers in one transaction: both happen, or neither.</summary>
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
        StartCall request, ClaimsPrincipal caller, SqliteConnection db, IWebhookOutbox outbox, PlatformProfile platform, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var call = request.ToCall(caller.Tenant(), now);

        await db.OpenAsync();
        await using var transaction = await db.BeginTransactionAsync();
        if (!await db.InsertCallAsync(call, transaction))
        {
            return ProblemAnswers.Conflict($"There is a call '{call.Id}' already. Leave the id out to be given one.");
        }

        var endpoint = request.EndpointOf(call, platform, now);
        var registration = endpoint is null ? null : await outbox.Endpoints.PutAsync(endpoint, transaction);
        var enqueued = await outbox.EnqueueAsync(CallEvents.Started(call, platform), transaction);
        await transaction.CommitAsync();

        return TypedResults.Created($"/v1/calls/{Uri.EscapeDataString(call.Id)}", CallView.Of(call) with
        {
            WebhookEndpointId = registration?.Endpoint.Id,
            EventId = enqueued.EventId,
            DeliveryIds = enqueued.DeliveryIds,
        });
    }

    private static async Task<IResult> EndAsync(
        string id, EndCall request, string? simulate, ClaimsPrincipal caller, SqliteConnection db, IWebhookOutbox outbox, PlatformProfile platform, TimeProvider clock)
    {
        await db.OpenAsync();
        await using var transaction = await db.BeginTransactionAsync();
        if (await db.FindCallAsync(id, transaction) is not { } call || !caller.Sees(call.Tenant))
        {
            return NoSuchCall(id);
        }

        if (call.IsOver)
        {
            return ProblemAnswers.Conflict($"The call '{id}' ended at {call.EndedAt} already.");
        }

        var ended = request.ApplyTo(call, clock.GetUtcNow());
        await db.EndCallAsync(ended, transaction);
        var enqueued = await outbox.EnqueueAsync(CallEvents.Ended(ended, request, platform), transaction);
        if (simulate is "rollback")
        {
            await transaction.RollbackAsync();
            return ProblemAnswers.Problem(StatusCodes.Status500InternalServerError, $"As asked, the end of '{id}' was rolled back, and with it the event {enqueued.EventId}.");
        }

        await transaction.CommitAsync();
        return TypedResults.Ok(CallView.Of(ended) with { EventId = enqueued.EventId, DeliveryIds = enqueued.DeliveryIds });
    }

    private static async Task<IResult> AddArtifactAsync(
        string id, string name, JsonElement? patch, ClaimsPrincipal caller, SqliteConnection db, IWebhookOutbox outbox)
    {
        var change = patch is { ValueKind: not JsonValueKind.Undefined } given ? given.GetRawText()
            : name is "recording" ? """{"recordingAvailable":true}"""
            : "{}";
        var artifact = WebhookArtifact.FromJson(id, ArtifactName(name), change);

        await db.OpenAsync();
        await using var transaction = await db.BeginTransactionAsync();
        if (await db.FindCallAsync(id, transaction) is not { } call || !caller.Sees(call.Tenant))
        {
            return NoSuchCall(id);
        }

        var outcome = await outbox.ArtifactReadyAsync(artifact with { Tenant = call.Tenant }, transaction);
        if (outcome is ArtifactOutcome.NothingHeld)
        {
            return ProblemAnswers.NotFound($"No event of the call '{id}' waits for '{name}'. Nothing was changed.");
        }

        await db.AddArtifactAsync(id, name, change, transaction);
        await transaction.CommitAsync();
        return outcome is ArtifactOutcome.TooLate
            ? ProblemAnswers.Conflict($"The event of the call '{id}' has gone out without '{name}'. The call has it now; tell customers by an event of your own, such as '{name}.ready'.")
            : TypedResults.Ok(new { callId = id, artifact = name, outcome });
    }

    private static async Task<IResult> ShowAsync(string id, ClaimsPrincipal caller, SqliteConnection db) =>
        await db.FindCallAsync(id) is { } call && caller.Sees(call.Tenant) ? TypedResults.Ok(CallView.Of(call)) : NoSuchCall(id);

    private static ProblemHttpResult NoSuchCall(string id) => ProblemAnswers.NotFound($"There is no call '{id}'.");

    private static string ArtifactName(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
        ? name
        : throw new WebhookValidationException("name", $"'{name}' is not an artifact's name. Use ASCII letters, digits, '.', '_' and '-': 'recording'.");
}
