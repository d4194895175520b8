using Outbox.AspNetCore.Security;

namespace Outbox.AspNetCore.Views;

/// <summary>An endpoint as this caller may see it; no part of its secrets but the hint.</summary>
internal sealed record EndpointView
{
    public required string Id { get; init; }

    public required string? Tenant { get; init; }

    public required string Scope { get; init; }

    public required string Url { get; init; }

    public required bool UrlMasked { get; init; }

    public required string Profile { get; init; }

    public required IReadOnlyList<string> EventTypes { get; init; }

    public required bool ShipTranscript { get; init; }

    public required int? MaxInFlight { get; init; }

    public required int? MaxPerSecond { get; init; }

    public required bool Enabled { get; init; }

    public required string? DisabledReason { get; init; }

    public required DateTimeOffset? DisabledAt { get; init; }

    public required bool Draining { get; init; }

    public required int FailuresInARow { get; init; }

    public required DateTimeOffset? FailingSince { get; init; }

    public required DateTimeOffset? BlockedUntil { get; init; }

    public required string? SecretHint { get; init; }

    public required string? PublicKey { get; init; }

    public required DateTimeOffset? PreviousSecretUntil { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static EndpointView Of(EndpointInfo endpoint, Access access) => new()
    {
        Id = endpoint.Id,
        Tenant = endpoint.Tenant,
        Scope = endpoint.Scope.ToString(),
        Url = access.Show(endpoint.Url),
        UrlMasked = !access.SeesUrlPaths,
        Profile = endpoint.Profile,
        EventTypes = endpoint.EventTypes,
        ShipTranscript = endpoint.ShipTranscript,
        MaxInFlight = endpoint.MaxInFlight,
        MaxPerSecond = endpoint.MaxPerSecond,
        Enabled = endpoint.Enabled,
        DisabledReason = endpoint.DisabledReason,
        DisabledAt = endpoint.DisabledAt,
        Draining = endpoint.Draining,
        FailuresInARow = endpoint.FailuresInARow,
        FailingSince = endpoint.FailingSince,
        BlockedUntil = endpoint.BlockedUntil,
        SecretHint = endpoint.SecretHint,
        PublicKey = endpoint.PublicKey,
        PreviousSecretUntil = endpoint.PreviousSecretUntil,
        ExpiresAt = endpoint.ExpiresAt,
        CreatedAt = endpoint.CreatedAt,
    };
}

/// <summary>An endpoint in a list.</summary>
internal sealed record EndpointItem(EndpointView Endpoint, HealthView Health);

/// <summary>An endpoint by itself.</summary>
internal sealed record EndpointDetails(EndpointView Endpoint, HealthView Health, BacklogView Backlog);

/// <summary>An endpoint that was put; its secret only where the outbox generated it, this once.</summary>
internal sealed record EndpointPut(EndpointView Endpoint, bool Created, string? GeneratedSecret);

/// <summary>An endpoint whose secret was rotated.</summary>
internal sealed record EndpointRotated(EndpointView Endpoint, string? GeneratedSecret);

/// <summary>An endpoint that was disabled.</summary>
internal sealed record EndpointChanged(EndpointView Endpoint);

/// <summary>An endpoint that was enabled, and the drain of what was parked.</summary>
internal sealed record EndpointEnabled(EndpointView Endpoint, OperationView? Operation);
