namespace Outbox.Benchmarks.Stores;

/// <summary>
/// The platform's own code on the database of a host, one transaction after the other. What commits a call tells when the commit had returned.
/// </summary>
internal interface IBenchClient : IAsyncDisposable
{
    /// <summary>Commits the platform's own row and the event with this number, which is owed to the endpoint.</summary>
    ValueTask<long> CommitAsync(string call, long number, int endpoint);

    /// <summary>Commits the platform's own row alone.</summary>
    ValueTask<long> CommitCallAsync(string call);

    /// <summary>Commits what a hand-written outbox would: the platform's own row, and an event row and a delivery row like the outbox's, by the same id.</summary>
    ValueTask<long> CommitByHandAsync(string call, long number);

    /// <summary>Commits many events in one transaction.</summary>
    ValueTask CommitEventsAsync(IEnumerable<WebhookEvent> events);

    /// <summary>Commits many endpoints in one transaction.</summary>
    ValueTask CommitEndpointsAsync(IEnumerable<WebhookEndpoint> endpoints);

    /// <summary>Whether any delivery of the first so many endpoints is still to be delivered.</summary>
    ValueTask<bool> HasOpenAsync(int endpoints = int.MaxValue);
}
