using System.Security.Claims;
using System.Text;
using MinimalApiHost.ApiKeys;
using MinimalApiHost.Requests;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>What comes after or during a call, such as its recording.</summary>
internal static class ArtifactRoutes
{
    public static void MapArtifacts(this IEndpointRouteBuilder calls) => calls.MapPost("/{id}/artifacts/{name}", AddAsync).WithFieldNames(("subject", "id"));

    private static async Task<IResult> AddAsync(string id, string name, HttpRequest request, ClaimsPrincipal caller, ICallStore calls, IWebhookOutbox outbox)
    {
        var patch = await PatchAsync(request, name);
        var artifact = WebhookArtifact.FromJson(id, Named(name), patch);
        if (await calls.FindAsync(id) is not { } call)
        {
            // It may be known to the outbox alone, as the subject of an event of POST /v1/events.
            return Answer(id, name, new ArtifactArrival(await outbox.ArtifactReadyInOwnTransactionAsync(artifact with { Tenant = caller.Tenant() }), BeforeTheEnd: false), isCall: false);
        }

        return caller.Sees(call.Tenant)
            ? Answer(id, name, await calls.AddArtifactAsync(artifact with { Tenant = call.Tenant }, patch), isCall: true)
            : CallRoutes.NoSuchCall(id);
    }

    private static IResult Answer(string id, string name, ArtifactArrival arrival, bool isCall) => arrival switch
    {
        { Outcome: null } => ProblemAnswers.Conflict($"'{name}' of the call '{id}' has arrived already. What arrived first stays as it is."),
        { Outcome: ArtifactOutcome.NothingHeld, BeforeTheEnd: true } => TypedResults.Ok(new { callId = id, artifact = name, outcome = "kept" }),
        { Outcome: ArtifactOutcome.NothingHeld } => ProblemAnswers.NotFound(
            isCall ? $"No event of the call '{id}' waits for '{name}'. Nothing was changed." : $"There is no call '{id}', and no event about it waits for '{name}'."),
        { Outcome: ArtifactOutcome.TooLate } => ProblemAnswers.Conflict(
            $"The event of the call '{id}' has gone out without '{name}'. {(isCall ? "The call has it now; tell" : "Tell")} customers by an event of your own, such as '{name}.ready'."),
        { Outcome: var outcome } => TypedResults.Ok(new { callId = id, artifact = name, outcome }),
    };

    private static async Task<string> PatchAsync(HttpRequest request, string name)
    {
        if (await JsonBody.BytesAsync(request) is not { } body)
        {
            return name is "recording" ? """{"recordingAvailable":true}""" : "{}";
        }

        try
        {
            return StrictUtf8.GetString(body);
        }
        catch (DecoderFallbackException e)
        {
            throw new WebhookValidationException("patch", $"The patch is not UTF-8 at byte {e.Index}.", e);
        }
    }

    private static string Named(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
        ? name
        : throw new WebhookValidationException("name", $"'{name}' is not an artifact's name. Use ASCII letters, digits, '.', '_' and '-': 'recording'.");

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
