using System.Text.Json;
using System.Text.Json.Nodes;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>What customers are told about a call, in the shape that TTMA publishes.</summary>
internal static class CallEvents
{
    public static WebhookEvent Started(Call call, PlatformProfile platform) => About(call, platform.Started, Facts(call));

    /// <summary>The event of a call that is over. It waits for the recording where there will be one; failed calls wait for nothing.</summary>
    public static WebhookEvent Ended(Call call, EndCall request, PlatformProfile platform) =>
        request.Status is EndCall.Failed
            ? About(call, platform.Failed, Facts(call, request))
            : About(call, platform.Ended, Facts(call, request)) with { Holds = call.Record ? [.. Holds(request, platform)] : [] };

    private static WebhookEvent About(Call call, string type, JsonObject data) => new(type, data)
    {
        Tenant = call.Tenant,
        Subject = call.Id,
        Scopes =
        [
            WebhookScope.Number(call.From),
            WebhookScope.Number(call.To),
            .. call.CampaignId is { } campaign ? [WebhookScope.Campaign(campaign)] : Array.Empty<WebhookScope>(),
        ],
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

        return facts;
    }

    private static IEnumerable<WebhookHold> Holds(EndCall request, PlatformProfile platform) =>
        from hold in platform.EndedHolds
        where hold.Artifact is not "transcript" || request.Transcript is null
        select hold.Artifact is "recording" && request.RecordingDeadlineSeconds is { } seconds
            ? hold with { Deadline = Durations.Seconds("recordingDeadlineSeconds", seconds) }
            : hold;

    private static void Add(JsonObject facts, string name, JsonNode? value)
    {
        if (value is not null)
        {
            facts[name] = value;
        }
    }

    private static JsonNode? Node(JsonElement? value) => value is { } json ? JsonSerializer.SerializeToNode(json) : null;
}
