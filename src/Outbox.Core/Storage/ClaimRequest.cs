namespace Outbox.Storage;

/// <summary>A dispatcher's wish for work.</summary>
public sealed record ClaimRequest
{
    /// <summary>Who asks; kept with the lease.</summary>
    public required string Owner { get; init; }

    /// <summary>How many deliveries at most: the free slots.</summary>
    public required int Limit { get; init; }

    /// <summary>How many may be in flight to one endpoint where the endpoint has no limit of its own.</summary>
    public required int LimitPerEndpoint { get; init; }

    /// <summary>How many may be in flight to one endpoint at most, also where its own limit is higher. Default: its own limit is not lowered.</summary>
    public int MostPerEndpoint { get; init; } = int.MaxValue;

    /// <summary>How many this owner has in flight now, by endpoint id; endpoints that have none may be left out.</summary>
    public required IReadOnlyDictionary<string, int> InFlight { get; init; }

    /// <summary>
    /// The keys of deliveries that this process leased under other names and has not settled yet: whatever became of their leases, they are left
    /// alone, because what was sent may only wait to be stored. Default: none, and mostly so; a process takes another name after a claim that failed.
    /// </summary>
    public IReadOnlyList<long> Unsettled { get; init; } = [];

    /// <summary>How long the lease lasts.</summary>
    public required TimeSpan Lease { get; init; }
}

/// <summary>What a claim leased.</summary>
/// <param name="Deliveries">The deliveries, in the order to send them.</param>
/// <param name="More">True where a limit, and not the lack of due work, ended the claim: ask again when a slot is free.</param>
public sealed record ClaimResult(IReadOnlyList<ClaimedDelivery> Deliveries, bool More)
{
    /// <summary>Nothing was due.</summary>
    public static ClaimResult Nothing { get; } = new([], More: false);
}

/// <summary>A leased delivery with all that its attempt needs.</summary>
public sealed record ClaimedDelivery
{
    /// <summary>The store's own number for the delivery; handed back as it is in its <see cref="Settlement"/>.</summary>
    public required long Key { get; init; }

    /// <summary>The fencing token of this lease: only a settlement with it is stored.</summary>
    public required long LeaseToken { get; init; }

    /// <summary>The delivery's id.</summary>
    public required string Id { get; init; }

    /// <summary>The event's id.</summary>
    public required string EventId { get; init; }

    /// <summary>The event's type.</summary>
    public required string EventType { get; init; }

    /// <summary>The event's tenant, or null.</summary>
    public string? Tenant { get; init; }

    /// <summary>When the event happened.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The event's data: canonical JSON.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The event's extra headers as a JSON object of strings, or null.</summary>
    public string? Headers { get; init; }

    /// <summary>The profile's name, as it was when the event was enqueued.</summary>
    public required string Profile { get; init; }

    /// <summary>Whether the transcript is sent, as it was when the event was enqueued.</summary>
    public required bool ShipTranscript { get; init; }

    /// <summary>How many tries of the schedule have failed before this one.</summary>
    public required int FailedTries { get; init; }

    /// <summary>How long ago the event was enqueued, by the store's clock; negative where that clock was set back since.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>
    /// How long the event waited for its artifacts before the delivery was due; told with the delivery's first claim, null with later ones and
    /// where it did not wait.
    /// </summary>
    public TimeSpan? HeldFor { get; init; }

    /// <summary>The event's <see cref="NewEvent.TraceParent"/>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Whether it has an ordering key: when it is closed, another may have become due.</summary>
    public required bool Ordered { get; init; }

    /// <summary>The endpoint as it is now. Deliveries of one claim may share the instance.</summary>
    public required ClaimedEndpoint Endpoint { get; init; }

    /// <summary>For logs: without the data and the headers.</summary>
    public override string ToString() => Id;
}

/// <summary>Where a leased delivery goes.</summary>
public sealed record ClaimedEndpoint
{
    /// <summary>The endpoint's id.</summary>
    public required string Id { get; init; }

    /// <summary>The URL.</summary>
    public required string Url { get; init; }

    /// <summary>The tenant that owns it, or null.</summary>
    public string? Tenant { get; init; }

    /// <summary>The secrets as <see cref="StoredEndpoint.Secrets"/> has them.</summary>
    public ReadOnlyMemory<byte> Secrets { get; init; }

    /// <summary>How many tries have failed since the endpoint last accepted one.</summary>
    public int FailuresInARow { get; init; }

    /// <summary>For how long it has failed, by the store's clock; zero where it is well.</summary>
    public TimeSpan FailingFor { get; init; }

    /// <summary>For logs: without the secrets, and without the URL, whose path may be one.</summary>
    public override string ToString() => Id;
}
