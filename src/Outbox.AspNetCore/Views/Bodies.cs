using System.Text.Json;

namespace Outbox.AspNetCore.Views;

/// <summary>An endpoint as a caller asks for it.</summary>
internal sealed record EndpointBody
{
    public string? Scope { get; init; }

    public string? Url { get; init; }

    public string? Profile { get; init; }

    public string? Tenant { get; init; }

    public string? Secret { get; init; }

    public IReadOnlyList<string>? EventTypes { get; init; }

    public bool ShipTranscript { get; init; } = true;

    public int? MaxInFlight { get; init; }

    public int? MaxPerSecond { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public bool? Enabled { get; init; }
}

/// <summary>Why something is done.</summary>
internal sealed record ReasonBody(string? Reason);

/// <summary>A rotation; null: a generated secret, and the host's own overlap.</summary>
internal sealed record RotateBody(string? Secret, double? OverlapSeconds);

/// <summary>An event by hand; null: the example's data.</summary>
internal sealed record TestEventBody(string? Type, JsonElement? Data);

/// <summary>An event by hand to an endpoint.</summary>
internal sealed record TesterBody(string? EndpointId, string? Type, JsonElement? Data);

/// <summary>What to replay: those that filters match, or those of a list.</summary>
internal sealed record ReplayBody(ReplayFilters? Filters, IReadOnlyList<string>? Ids, bool DryRun);

/// <summary>Which deliveries to replay.</summary>
internal sealed record ReplayFilters
{
    public string? Status { get; init; }

    public string? Endpoint { get; init; }

    public string? Event { get; init; }

    public string? Type { get; init; }

    public string? Subject { get; init; }

    public string? Tenant { get; init; }

    public string? Error { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }
}

/// <summary>Whom to forget.</summary>
internal sealed record EraseBody(string? Subject, string? Tenant, bool DryRun);

/// <summary>An event that was enqueued for one endpoint.</summary>
internal sealed record TestEventView(string EventId, string DeliveryId);

/// <summary>What an erasure would empty.</summary>
internal sealed record EraseCountView(CountView Deliveries);
