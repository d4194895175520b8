using Outbox.Inspection;

namespace Outbox;

/// <summary>How webhooks flow: what is owed, what was done over time, how each endpoint is. Thread-safe; a singleton in the service container.</summary>
/// <remarks>
/// Counts are of this moment. What was done is counted in the sending processes and stored every few seconds: it lags by that much, and a crash
/// loses as much of it. Deliveries and attempts are exact and lose nothing.
/// </remarks>
public interface IWebhookInspection
{
    /// <summary>
    /// How many deliveries match; it looks no further than <paramref name="limit"/>, and where no index helps no further back than a store's own
    /// bound (SQLite: the newest half a million). The count is capped where there may be more.
    /// </summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="limit">How far to count; 1 to 1,000,000.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="WebhookValidationException">The limit is out of its range.</exception>
    Task<BoundedCount> CountAsync(DeliveryFilter filter, int limit = 10_000, CancellationToken cancellationToken = default);

    /// <summary>What is owed now, each count up to <paramref name="limit"/>.</summary>
    /// <param name="filter">Whose.</param>
    /// <param name="limit">How far to count; 1 to 1,000,000.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="WebhookValidationException">The limit is out of its range.</exception>
    Task<OpenWork> OpenWorkAsync(OpenWorkFilter filter, int limit = 10_000, CancellationToken cancellationToken = default);

    /// <summary>What was done, oldest first, without points for times in which nothing was. Minutes are kept for 25 hours, hours for 8 days.</summary>
    Task<IReadOnlyList<ActivityPoint>> ActivityAsync(ActivityFilter filter, CancellationToken cancellationToken = default);

    /// <summary>How endpoints have been; those of which nothing is known are left out.</summary>
    /// <param name="endpointIds">Which endpoints, by id.</param>
    /// <param name="since">From when on attempts are counted, rounded down to the hour; at most 8 days ago. The last attempts are told whenever they were.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task<IReadOnlyList<EndpointHealth>> HealthAsync(IReadOnlyList<string> endpointIds, DateTimeOffset since, CancellationToken cancellationToken = default);
}
