using System.Text.Json;
using System.Text.Json.Serialization;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>The body of <c>POST /v1/calls</c>. The names with an underscore are TopCalls', for customers who come from there.</summary>
internal sealed record StartCall
{
    private static readonly TimeSpan WebhookLifetime = TimeSpan.FromHours(24);
    private static readonly Dictionary<string, string> Directions = new(StringComparer.Ordinal) { ["outbound"] = "outbound", ["inbound"] = "inbound" };

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
        Id = Id ?? $"call_{Guid.CreateVersion7(now):N}",
        Tenant = tenant,
        From = Require.Text("from", From),
        To = Require.Text("to", To),
        Direction = Require.OneOf("direction", Direction ?? "outbound", Directions),
        CampaignId = CampaignId,
        Record = Record,
        Metadata = Metadata?.GetRawText(),
        StartedAt = Call.Time(now),
    };

    /// <summary>The endpoint of this one call; null where the call brings none.</summary>
    public WebhookEndpoint? EndpointOf(Call call, PlatformProfile platform, DateTimeOffset now) => WebhookUrl is null ? null : new WebhookEndpoint
    {
        Scope = WebhookScope.Call(call.Id),
        Url = WebhookUrl,
        Profile = "topcalls",
        EventTypes = [.. (Require.Texts("webhook_events", WebhookEvents) ?? ["call.completed", "call.failed"]).Select(platform.TypeFor)],
        Secret = WebhookSecret,
        Tenant = call.Tenant,
        ExpiresAt = now + WebhookLifetime,
    };
}

/// <summary>The body of <c>POST /v1/calls/{id}/end</c>. What it has beyond these is sent along as it is: <c>usage</c>, <c>quality</c>, …</summary>
internal sealed record EndCall
{
    public const string Failed = "failed";

    public string Status { get; init; } = "completed";

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
        Status = Require.Text("status", Status),
        EndedReason = EndedReason,
        EndedAt = Call.Time(now),
        DurationSeconds = DurationSeconds,
    };
}
