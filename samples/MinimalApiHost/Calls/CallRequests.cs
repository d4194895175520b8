using System.Text.Json;
using System.Text.Json.Serialization;
using MinimalApiHost.Requests;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>The body of <c>POST /v1/calls</c>. The names with an underscore are TopCalls', for customers who come from there.</summary>
internal sealed record StartCall
{
    private static readonly TimeSpan WebhookLifetime = TimeSpan.FromHours(24);
    private static readonly string[] Directions = ["outbound", "inbound"];
    private static readonly string[] UsualEvents = ["call.completed", "call.failed"];

    public string? Id { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public string? Direction { get; init; }

    public string? CampaignId { get; init; }

    public bool Record { get; init; }

    public JsonElement? Metadata { get; init; }

    [JsonPropertyName("webhook_url")]
    public string? WebhookUrl { get; init; }

    [JsonPropertyName("webhook_events")]
    public IReadOnlyList<string>? WebhookEvents { get; init; }

    /// <summary>Signs this call's webhooks; without it they go out unsigned, as TopCalls' do.</summary>
    [JsonPropertyName("webhook_secret")]
    public string? WebhookSecret { get; init; }

    public Call ToCall(string? tenant, DateTimeOffset now) => new()
    {
        Id = Id is null ? $"call_{Guid.CreateVersion7(now):N}" : IsScope("id", Id, WebhookScope.Call),
        Tenant = tenant,
        From = Require.PhoneNumber("from", From),
        To = IsScope("to", Require.Text("to", To), WebhookScope.Number),
        Direction = Require.OneOf("direction", Direction ?? "outbound", Directions),
        CampaignId = CampaignId is null ? null : IsScope("campaignId", CampaignId, WebhookScope.Campaign),
        Record = Record,
        Metadata = Metadata?.GetRawText(),
        StartedAt = Call.Time(now),
    };

    /// <summary>The endpoint of this one call; null where the call brings none.</summary>
    public WebhookEndpoint? EndpointOf(Call call, PlatformProfile platform, DateTimeOffset now)
    {
        if (WebhookUrl is null)
        {
            return (WebhookEvents, WebhookSecret) is (null, null)
                ? null
                : throw new WebhookValidationException("webhook_url", "Give 'webhook_url' too: without it there is nowhere to send this call's webhooks.");
        }

        const string profile = "topcalls";
        return new WebhookEndpoint
        {
            Scope = WebhookScope.Call(call.Id),
            Url = WebhookUrl,
            Profile = profile,
            EventTypes = platform.TypesFor(profile, Require.Texts("webhook_events", WebhookEvents) is { Count: > 0 } asked ? asked : UsualEvents),
            Secret = WebhookSecret,
            Tenant = call.Tenant,
            ExpiresAt = now + WebhookLifetime,
        };
    }

    /// <summary>Names the call, and neither its webhook's URL nor the secret.</summary>
    public override string ToString() => $"{nameof(StartCall)} {Id} from {From} to {To}";

    private static string IsScope(string field, string value, Func<string, WebhookScope> scope) => Require.Valid(field, value, text =>
    {
        scope(text);
        return text;
    });
}

/// <summary>The body of <c>POST /v1/calls/{id}/end</c>. What it has beyond these is sent along as it is: <c>usage</c>, <c>quality</c>, …</summary>
internal sealed record EndCall
{
    public const string Completed = "completed";

    /// <summary>A call that is not completed did not come about: it has no recording to wait for.</summary>
    private static readonly string[] Statuses = [Completed, "failed", "no-answer", "busy", "canceled"];

    public string? Status { get; init; }

    public string? EndedReason { get; init; }

    public double? DurationSeconds { get; init; }

    public JsonElement? Transcript { get; init; }

    public JsonElement? Task { get; init; }

    /// <summary>Waits less long for the recording than the platform usually does.</summary>
    public double? RecordingDeadlineSeconds { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement> More { get; init; } = new(StringComparer.Ordinal);

    public Call ApplyTo(Call call, DateTimeOffset now) => call with
    {
        Status = Require.OneOf("status", Status ?? Completed, Statuses),
        EndedReason = EndedReason,
        EndedAt = Call.Time(now),
        DurationSeconds = DurationSeconds is >= 0 or null
            ? DurationSeconds
            : throw new WebhookValidationException("durationSeconds", $"'durationSeconds' is {DurationSeconds}; give 0 or more, or leave it out."),
    };
}
