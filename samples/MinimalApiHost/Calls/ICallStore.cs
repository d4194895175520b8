using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>
/// The platform's own data. Each write changes the call and says so to customers in one transaction of the database that the outbox is in
/// too: both happen, or neither.
/// </summary>
internal interface ICallStore
{
    /// <summary>Makes what it needs in the database, once, before the platform takes requests.</summary>
    Task CreateTablesAsync();

    Task<Call?> FindAsync(string id);

    /// <summary>Stores a call that begins, and the webhook endpoint that it may bring. Null where there is a call of that id already.</summary>
    Task<StartedCall?> StartAsync(Call call, WebhookEndpoint? endpoint, IReadOnlyList<WebhookEvent> started);

    /// <summary>Stores how a call ended. Null where another request has ended it already.</summary>
    /// <param name="call">The call as it is after its end.</param>
    /// <param name="ended">What customers are told, of the call with the artifacts that it has by then.</param>
    /// <param name="rollBack">Undoes everything at the last moment, as a failure would.</param>
    /// <returns>What came of each event.</returns>
    Task<IReadOnlyList<EnqueueResult>?> EndAsync(Call call, Func<Call, IReadOnlyList<WebhookEvent>> ended, bool rollBack);

    /// <summary>
    /// Stores an artifact with the call, once, and gives it to the events that wait for it. Before the call's end nothing waits: it is kept, and
    /// the end tells it.
    /// </summary>
    /// <param name="artifact">What arrived.</param>
    /// <param name="patch">What it changes in the event's data: a JSON object.</param>
    Task<ArtifactArrival> AddArtifactAsync(WebhookArtifact artifact, string patch);
}

/// <summary>What came of a call's start.</summary>
internal sealed record StartedCall(IReadOnlyList<EnqueueResult> Enqueued, EndpointRegistration? Endpoint);

/// <summary>What came of an artifact.</summary>
/// <param name="Outcome">What it did to the events of the call; null where it had arrived before, and nothing was changed.</param>
/// <param name="BeforeTheEnd">Whether the call goes on.</param>
internal sealed record ArtifactArrival(ArtifactOutcome? Outcome, bool BeforeTheEnd)
{
    public static readonly ArtifactArrival Again = new(null, false);

    /// <summary>Whether the call has it now.</summary>
    public bool IsKept => BeforeTheEnd || Outcome is not (null or ArtifactOutcome.NothingHeld);
}
