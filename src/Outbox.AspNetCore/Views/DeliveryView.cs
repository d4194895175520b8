using Outbox.AspNetCore.Security;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Views;

/// <summary>A delivery in a list.</summary>
internal record DeliveryView
{
    public required string Id { get; init; }

    public required string EventId { get; init; }

    public required string Type { get; init; }

    public required string? Tenant { get; init; }

    public required string? Subject { get; init; }

    public required string EndpointId { get; init; }

    public required string? EndpointUrl { get; init; }

    public required bool UrlMasked { get; init; }

    public required string Profile { get; init; }

    public required string Status { get; init; }

    public required DateTimeOffset? DueAt { get; init; }

    public required IReadOnlyList<string> HeldFor { get; init; }

    public required int Attempts { get; init; }

    public required int? LastStatusCode { get; init; }

    public required string? LastError { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    public required DateTimeOffset? ClosedAt { get; init; }

    public static string NameOf(DeliveryStatus status) => status switch
    {
        DeliveryStatus.Waiting => "waiting",
        DeliveryStatus.Delivering => "delivering",
        DeliveryStatus.Delivered => "delivered",
        DeliveryStatus.Exhausted => "exhausted",
        DeliveryStatus.Parked => "parked",
        _ => "cancelled",
    };

    public static DeliveryView Of(DeliveryInfo delivery, EndpointInfo? endpoint, Access access) => new()
    {
        Id = delivery.Id,
        EventId = delivery.EventId,
        Type = delivery.EventType,
        Tenant = delivery.Tenant,
        Subject = delivery.Subject,
        EndpointId = delivery.EndpointId,
        EndpointUrl = endpoint is null ? null : access.Show(endpoint.Url),
        UrlMasked = !access.SeesUrlPaths,
        Profile = delivery.Profile,
        Status = NameOf(delivery.Status),
        DueAt = delivery.DueAt,
        HeldFor = delivery.HeldFor,
        Attempts = delivery.Attempts,
        LastStatusCode = delivery.LastStatusCode,
        LastError = delivery.LastError,
        OccurredAt = delivery.OccurredAt,
        EnqueuedAt = delivery.EnqueuedAt,
        ClosedAt = delivery.ClosedAt,
    };
}

/// <summary>A delivery that was changed.</summary>
internal sealed record DeliveryChanged(DeliveryView Delivery);
