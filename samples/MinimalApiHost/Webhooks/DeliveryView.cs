using System.Text.Json.Nodes;
using Outbox.Deliveries;

namespace MinimalApiHost.Webhooks;

/// <summary>A delivery as the API shows it; data and attempts only when it is asked for by id.</summary>
internal sealed record DeliveryView
{
    public required string Id { get; init; }

    public required string EventId { get; init; }

    public required string EventType { get; init; }

    public string? Tenant { get; init; }

    public string? Subject { get; init; }

    public required string EndpointId { get; init; }

    public required string Profile { get; init; }

    public required DeliveryStatus Status { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public required IReadOnlyList<string> HeldFor { get; init; }

    public required int AttemptCount { get; init; }

    public int? LastStatusCode { get; init; }

    public string? LastError { get; init; }

    public DateTimeOffset OccurredAt { get; init; }

    public DateTimeOffset EnqueuedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public JsonNode? Data { get; init; }

    public IEnumerable<AttemptView>? Attempts { get; init; }

    public static DeliveryView Of(DeliveryInfo delivery) => new()
    {
        Id = delivery.Id,
        EventId = delivery.EventId,
        EventType = delivery.EventType,
        Tenant = delivery.Tenant,
        Subject = delivery.Subject,
        EndpointId = delivery.EndpointId,
        Profile = delivery.Profile,
        Status = delivery.Status,
        DueAt = delivery.DueAt,
        HeldFor = delivery.HeldFor,
        AttemptCount = delivery.Attempts,
        LastStatusCode = delivery.LastStatusCode,
        LastError = delivery.LastError,
        OccurredAt = delivery.OccurredAt,
        EnqueuedAt = delivery.EnqueuedAt,
        ClosedAt = delivery.ClosedAt,
    };

    public static DeliveryView Of(DeliveryDetails delivery) => Of((DeliveryInfo)delivery) with
    {
        Data = delivery.Data.IsEmpty ? null : JsonNode.Parse(delivery.Data.Span),
        Attempts = delivery.AttemptLog.Select(AttemptView.Of),
    };
}

/// <summary>One request, and what came back.</summary>
internal sealed record AttemptView(
    int Number, DateTimeOffset StartedAt, double Milliseconds, int? StatusCode, string? Error, string? Detail, string? Response, DateTimeOffset? NextAttemptAt)
{
    public static AttemptView Of(AttemptInfo attempt) => new(
        attempt.Number,
        attempt.StartedAt,
        attempt.Duration.TotalMilliseconds,
        attempt.StatusCode,
        attempt.Error,
        attempt.Detail,
        attempt.Excerpt,
        attempt.NextAttemptAt);
}
