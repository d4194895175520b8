using System.Security.Claims;
using System.Text.Json;
using MinimalApiHost.ApiKeys;
using MinimalApiHost.Requests;
using Outbox;

namespace MinimalApiHost.Webhooks;

/// <summary>Any event, for platforms whose types differ.</summary>
internal static class EventRoutes
{
    public static void MapEvents(this WebApplication app) => app.MapPost("/v1/events", EnqueueAsync).WithFieldNames(("holds", "waitFor")).RequireAuthorization(ApiKey.MayCall);

    private static async Task<IResult> EnqueueAsync(Body<NewEvent> body, ClaimsPrincipal caller, IWebhookOutbox outbox)
    {
        var request = body.Value;
        if (request.Tenant is not null && !caller.Sees(request.Tenant))
        {
            return ProblemAnswers.Forbidden($"This key belongs to the tenant '{caller.Tenant()}' and cannot send events of '{request.Tenant}'.");
        }

        var enqueued = await outbox.EnqueueInOwnTransactionAsync(request.ToEvent(caller.Tenant() ?? request.Tenant));
        return TypedResults.Accepted((string?)null, enqueued);
    }
}

/// <summary>The body of <c>POST /v1/events</c>.</summary>
internal sealed record NewEvent
{
    public string? Type { get; init; }

    public string? Tenant { get; init; }

    public string? Subject { get; init; }

    public IReadOnlyList<string>? Scopes { get; init; }

    public string? OrderingKey { get; init; }

    public string? IdempotencyKey { get; init; }

    /// <summary>Kept as it was written: the outbox, not a parser in between, decides what its numbers and texts are.</summary>
    public JsonElement Data { get; init; }

    /// <summary>Artifacts to wait for, each with its deadline in seconds.</summary>
    public IReadOnlyDictionary<string, double>? WaitFor { get; init; }

    public WebhookEvent ToEvent(string? tenant) => WebhookEvent.FromJson(Require.Text("type", Type), DataText()) with
    {
        Tenant = tenant,
        Subject = Subject,
        Scopes = [.. (Require.Texts("scopes", Scopes) ?? []).Select((scope, i) => Require.Valid($"scopes[{i}]", scope, WebhookScope.Parse))],
        OrderingKey = OrderingKey,
        IdempotencyKey = IdempotencyKey,
        Holds = [.. (WaitFor ?? new Dictionary<string, double>()).Select(wait => new WebhookHold(wait.Key, Durations.Seconds($"waitFor.{wait.Key}", wait.Value)))],
    };

    private string DataText() => Data.ValueKind is JsonValueKind.Undefined
        ? throw new WebhookValidationException("data", "Give 'data': a JSON object. {} is one, too.")
        : Data.GetRawText();
}
