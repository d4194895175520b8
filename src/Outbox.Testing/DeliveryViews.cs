using Outbox.Deliveries;

namespace Outbox.Testing;

/// <summary>Rows as the management side reads them.</summary>
internal static class DeliveryViews
{
    public static DeliveryInfo Info(DeliveryRow row) => new()
    {
        Id = row.Id,
        EventId = row.Event.Value.Id,
        EventType = row.Event.Value.Type,
        Tenant = row.Event.Value.Tenant,
        Subject = row.Event.Value.Subject,
        EndpointId = row.Endpoint.Value.Id,
        Profile = row.Profile,
        Status = row.Status,
        DueAt = DueAt(row),
        HeldFor = HeldFor(row),
        Attempts = row.Attempts.Count,
        LastStatusCode = row.LastStatusCode,
        LastError = row.LastError,
        OccurredAt = row.Event.OccurredAt,
        EnqueuedAt = row.Event.EnqueuedAt,
        ClosedAt = row.ClosedAt,
    };

    public static DeliveryDetails Details(DeliveryRow row) => new(Info(row), row.Event.Value.Data, [.. row.Attempts])
    {
        ShipTranscript = row.ShipTranscript,
        Headers = row.Event.Value.Headers,
        Scopes = row.Event.Value.Scopes,
        OrderingKey = row.Event.Value.OrderingKey,
        IdempotencyKey = row.Event.Value.IdempotencyKey,
        ErasedAt = row.Event.ErasedAt,
        Holds = [.. row.Event.Holds.OrderBy(hold => hold.Deadline).Select(hold => new HoldInfo(hold.Artifact, hold.Deadline, hold.ReleasedAt))],
    };

    private static DateTimeOffset? DueAt(DeliveryRow row) => row.Status == DeliveryStatus.Waiting ? row.DueAt : null;

    private static string[] HeldFor(DeliveryRow row) => row.IsOpen ? [.. row.Event.OpenHolds.Select(hold => hold.Artifact)] : [];
}
