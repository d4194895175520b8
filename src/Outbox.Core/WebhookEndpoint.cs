namespace Outbox;

/// <summary>Where a customer wants events, as the customer asks for it. <see cref="IWebhookEndpoints.PutAsync"/> stores it.</summary>
public sealed record WebhookEndpoint
{
    /// <summary>The id of an endpoint to change; null: a new one, or the one that the profile allows for this scope.</summary>
    public string? Id { get; init; }

    /// <summary>What the endpoint listens to.</summary>
    public required WebhookScope Scope { get; init; }

    /// <summary>The https URL that receives the POSTs.</summary>
    public required string Url { get; init; }

    /// <summary>The wire profile's name, such as <c>ttma</c> or <c>standard</c>.</summary>
    public string Profile { get; init; } = "standard";

    /// <summary>
    /// The signing secret; null keeps an existing endpoint's secret, and generates one where the profile does so (it is returned once).
    /// Only its last four characters are ever shown again.
    /// </summary>
    public string? Secret { get; init; }

    /// <summary>The event types that the endpoint wants; null or empty: all of its scope.</summary>
    public IReadOnlyList<string>? EventTypes { get; init; }

    /// <summary>Whether the <c>transcript</c> property of the data is sent. Default: true.</summary>
    public bool ShipTranscript { get; init; } = true;

    /// <summary>The tenant that owns the endpoint: it receives only that tenant's events. Null: the platform's own, which may see every tenant's.</summary>
    public string? Tenant { get; init; }

    /// <summary>When the endpoint stops matching new events (per-call endpoints); null: never. Deliveries already owed are still made.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many requests may be on the wire to this endpoint at once, per host; null: <see cref="WebhookOutboxOptions.MaxInFlightPerEndpoint"/>.</summary>
    public int? MaxInFlight { get; init; }

    /// <summary>
    /// How many deliveries the endpoint takes per second, all hosts of one database together; 1 to 10,000, null: as many as come. They are paced
    /// in portions of a tenth of a second, retries included.
    /// </summary>
    public int? MaxPerSecond { get; init; }

    /// <summary>False stores the endpoint disabled. Default: true; putting an endpoint that was disabled enables it again.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>For logs: without the secret, and without the URL, whose path may be one.</summary>
    public override string ToString() => $"{Profile} endpoint for {Scope}";
}
