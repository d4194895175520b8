using System.Text.Json;
using System.Text.Json.Nodes;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>A call as the API shows it, with what the request enqueued.</summary>
internal sealed record CallView
{
    public required string Id { get; init; }

    public string? Tenant { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required string Direction { get; init; }

    public required string Status { get; init; }

    public string? CampaignId { get; init; }

    public bool Record { get; init; }

    public JsonNode? Metadata { get; init; }

    public required string StartedAt { get; init; }

    public string? EndedReason { get; init; }

    public string? EndedAt { get; init; }

    public double? DurationSeconds { get; init; }

    public JsonNode? Artifacts { get; init; }

    public string? WebhookEndpointId { get; init; }

    public string? EventId { get; init; }

    public IReadOnlyList<string>? DeliveryIds { get; init; }

    /// <param name="call">The call.</param>
    /// <param name="enqueued">What customers are told: the event in the platform's own word first.</param>
    public static CallView Of(Call call, IReadOnlyList<EnqueueResult> enqueued) => Of(call) with
    {
        EventId = enqueued[0].EventId,
        DeliveryIds = [.. enqueued.SelectMany(result => result.DeliveryIds)],
    };

    public static CallView Of(Call call) => new()
    {
        Id = call.Id,
        Tenant = call.Tenant,
        From = call.From,
        To = call.To,
        Direction = call.Direction,
        Status = call.Status,
        CampaignId = call.CampaignId,
        Record = call.Record,
        Metadata = call.Metadata is null ? null : JsonNode.Parse(call.Metadata),
        StartedAt = call.StartedAt,
        EndedReason = call.EndedReason,
        EndedAt = call.EndedAt,
        DurationSeconds = call.DurationSeconds,
        Artifacts = call.Artifacts is [] ? null : new JsonObject(call.Artifacts.Select(artifact => KeyValuePair.Create(artifact.Name, JsonNode.Parse(artifact.Patch)))),
    };
}
