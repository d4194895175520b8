using System.Text.Json;
using System.Text.Json.Nodes;
using MinimalApiHost.Requests;
using MinimalApiHost.Webhooks;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>What customers are told about a call, in the shape that TTMA publishes.</summary>
internal static class CallEvents
{
    public static IReadOnlyList<WebhookEvent> Started(Call call, IReadOnlyList<Word> words) => [.. words.Select(word => About(call, word, Facts(call)))];

    /// <summary>
    /// The events of a call that is over. They wait for the recording where there will be one and it has not arrived yet; failed calls wait for
    /// nothing.
    /// </summary>
    /// <param name="call">The call after its end, with the artifacts that came before.</param>
    /// <param name="request">What was said of the end.</param>
    /// <param name="platform">What recorded calls wait for.</param>
    /// <param name="words">What it is called: one event for each.</param>
    public static IReadOnlyList<WebhookEvent> Ended(Call call, EndCall request, PlatformProfile platform, IReadOnlyList<Word> words)
    {
        WebhookHold[] holds = call is { Record: true, Status: EndCall.Completed } ? Holds(call, request, platform) : [];
        return [.. words.Select(word => About(call, word, Facts(call, request)) with { Holds = holds })];
    }

    public static IReadOnlyList<WebhookScope> ScopesOf(Call call) =>
    [
        WebhookScope.Number(call.From),
        WebhookScope.Number(call.To),
        .. call.CampaignId is { } campaign ? [WebhookScope.Campaign(campaign)] : Array.Empty<WebhookScope>(),
    ];

    private static WebhookEvent About(Call call, Word word, JsonObject data) => new(word.EventType, data)
    {
        OnlyEndpointId = word.OnlyEndpointId,
        Tenant = call.Tenant,
        Subject = call.Id,
        Scopes = ScopesOf(call),
    };

    private static JsonObject Facts(Call call, EndCall? end = null)
    {
        var facts = new JsonObject
        {
            ["id"] = call.Id,
            ["direction"] = call.Direction,
            ["status"] = call.Status,
        };
        Add(facts, "endedReason", call.EndedReason);
        Add(facts, "callerNumber", call.From);
        Add(facts, "calledNumber", call.To);
        Add(facts, "startedAt", call.StartedAt);
        Add(facts, "endedAt", call.EndedAt);
        Add(facts, "durationSeconds", call.DurationSeconds);
        if (end is not null)
        {
            facts["recordingAvailable"] = false;
            facts["hasTranscript"] = end.Transcript is not null;
            Add(facts, "transcript", Node(end.Transcript));
            facts["task"] = call.Direction is "inbound" ? null : Node(end.Task);
        }

        Add(facts, "campaignId", call.CampaignId);
        Add(facts, "metadata", call.Metadata is null ? null : JsonNode.Parse(call.Metadata));
        foreach (var (name, value) in end?.More ?? [])
        {
            facts.TryAdd(name, Node(value));
        }

        foreach (var (name, value) in call.Artifacts.SelectMany(artifact => JsonNode.Parse(artifact.Patch)!.AsObject()))
        {
            facts[name] = value?.DeepClone();
        }

        return facts;
    }

    private static WebhookHold[] Holds(Call call, EndCall request, PlatformProfile platform) =>
    [
        .. from hold in platform.EndedHolds
           where !call.Artifacts.Any(artifact => artifact.Name == hold.Artifact) && (hold.Artifact is not "transcript" || request.Transcript is null)
           select hold.Artifact is "recording" && request.RecordingDeadlineSeconds is { } seconds
               ? hold with { Deadline = Durations.Seconds("recordingDeadlineSeconds", seconds) }
               : hold,
    ];

    private static void Add(JsonObject facts, string name, JsonNode? value)
    {
        if (value is not null)
        {
            facts[name] = value;
        }
    }

    private static JsonNode? Node(JsonElement? value) => value is { } json ? JsonSerializer.SerializeToNode(json) : null;
}
