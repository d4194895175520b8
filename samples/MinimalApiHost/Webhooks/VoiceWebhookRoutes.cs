using System.Security.Claims;
using MinimalApiHost.ApiKeys;
using MinimalApiHost.Requests;
using Outbox;

namespace MinimalApiHost.Webhooks;

/// <summary>A number's one webhook, as TTMA publishes it: <c>PUT</c> overwrites, <c>GET</c> shows, and nothing ever returns the secret.</summary>
internal static class VoiceWebhookRoutes
{
    public static void MapVoiceWebhooks(this WebApplication app)
    {
        app.MapPut("/v1/voice/webhooks", PutAsync).RequireAuthorization(ApiKey.MayCall);
        app.MapGet("/v1/voice/webhooks", GetAsync).RequireAuthorization(ApiKey.MayRead);
    }

    private static async Task<IResult> PutAsync(Body<VoiceWebhook> body, ClaimsPrincipal caller, IWebhookEndpoints endpoints, PlatformProfile platform)
    {
        var webhook = body.Value;
        var number = Require.PhoneNumber("from", webhook.From);
        var existing = await FindAsync(endpoints, platform, caller, number) is [var first, ..] ? first : null;

        // The published request carries neither the types nor the transcript's switch: what was chosen elsewhere stays.
        var registration = await endpoints.PutAsync(new WebhookEndpoint
        {
            Id = existing?.Id,
            Scope = WebhookScope.Number(number),
            Url = Require.Text("url", webhook.Url),
            Secret = webhook.Secret,
            Profile = platform.Webhooks.Name,
            EventTypes = existing?.EventTypes ?? platform.TypesFor(platform.Webhooks.Name, [.. EndsOfCalls(platform)]),
            ShipTranscript = existing?.ShipTranscript ?? true,
            MaxInFlight = existing?.MaxInFlight,
            MaxPerSecond = existing?.MaxPerSecond,
            ExpiresAt = existing?.ExpiresAt,
            Tenant = caller.Tenant(),
            Enabled = webhook.Enabled,
        });
        return TypedResults.Ok(VoiceWebhookView.Of(registration));
    }

    private static async Task<IResult> GetAsync(string? from, ClaimsPrincipal caller, IWebhookEndpoints endpoints, PlatformProfile platform)
    {
        var found = await FindAsync(endpoints, platform, caller, from is null ? null : Require.PhoneNumber("from", from));
        return (from, found) switch
        {
            (null, _) => TypedResults.Ok(new { webhooks = found.Select(VoiceWebhookView.Of) }),
            (_, [var first, ..]) => TypedResults.Ok(VoiceWebhookView.Of(first)),
            _ => ProblemAnswers.NotFound($"The number {from} has no webhook. PUT /v1/voice/webhooks sets one."),
        };
    }

    private static async Task<IReadOnlyList<EndpointInfo>> FindAsync(
        IWebhookEndpoints endpoints, PlatformProfile platform, ClaimsPrincipal caller, string? number)
    {
        var found = await endpoints.ListAsync(new EndpointFilter
        {
            Tenant = caller.Tenant(),
            Profile = platform.Webhooks.Name,
            Scope = number is null ? null : WebhookScope.Number(number),
        });
        return [.. found.Where(endpoint => VoiceWebhookView.NumberOf(endpoint) is not null)];
    }

    private static IEnumerable<string> EndsOfCalls(PlatformProfile platform) => new[] { platform.Ended.Word, platform.Failed.Word }.Distinct(StringComparer.Ordinal);
}

/// <summary>The body of <c>PUT /v1/voice/webhooks</c>.</summary>
internal sealed record VoiceWebhook(string? From, string? Url, string? Secret, bool Enabled = true)
{
    /// <summary>Names the number, and neither the URL nor the secret.</summary>
    public override string ToString() => $"{nameof(VoiceWebhook)} of {From}";
}

/// <summary>A number's webhook as it may be shown: of the secret, the last four characters.</summary>
internal sealed record VoiceWebhookView(string Id, string? From, string Url, string? SecretLast4, bool Enabled, string? DisabledReason)
{
    private const string NumberScope = "number:";

    public static VoiceWebhookView Of(EndpointRegistration registration) => Of(registration.Endpoint);

    public static VoiceWebhookView Of(EndpointInfo endpoint) =>
        new(endpoint.Id, NumberOf(endpoint), endpoint.Url, endpoint.SecretHint, endpoint.Enabled, endpoint.DisabledReason);

    public static string? NumberOf(EndpointInfo endpoint) =>
        endpoint.Scope.ToString() is var scope && scope.StartsWith(NumberScope, StringComparison.Ordinal) ? scope[NumberScope.Length..] : null;
}
