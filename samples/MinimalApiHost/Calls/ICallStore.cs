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
    Task<StartedCall?> StartAsync(Call call, WebhookEndpoint? endpoint, WebhookEvent started);

    /// <summary>Stores how a call ended. Null where another request has ended it already.</summary>
    /// <param name="call">The call as it is after its end.</param>
    /// <param name="ended">What customers are told.</param>
    /// <param name="rollBack">Undoes everything at the last moment, as a failure would.</param>
    Task<EnqueueResult?> EndAsync(Call call, WebhookEvent ended, bool rollBack);

    /// <summary>Stores an artifact with the call, unless no event waits or waited for it.</summary>
    /// <param name="artifact">What arrived.</param>
    /// <param name="patch">What it changes in the event's data: a JSON object.</param>
    Task<ArtifactOutcome> AddArtifactAsync(WebhookArtifact artifact, string patch);
}

/// <summary>What came of a call's start.</summary>
internal sealed record StartedCall(EnqueueResult Enqueued, EndpointRegistration? Endpoint);
