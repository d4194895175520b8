using Outbox.Inspection;

namespace Outbox.Storage;

/// <summary>What the management reads of the store beside deliveries and endpoints: how many there are, and what was done over time.</summary>
public interface IInspectionStore
{
    /// <summary>How many deliveries match; it looks no further than one past <paramref name="limit"/>.</summary>
    ValueTask<BoundedCount> CountAsync(DeliveryFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>What is owed now, each count up to <paramref name="limit"/>. It reads no more than the open and the exhausted deliveries.</summary>
    ValueTask<OpenWork> CountOpenWorkAsync(OpenWorkFilter filter, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Adds what was done to what is stored: by endpoint and for all, by the minute and by the hour, and to each endpoint's last attempts. Several
    /// processes may add to the same minute. It is one transaction.
    /// </summary>
    ValueTask AddActivityAsync(IReadOnlyList<EndpointActivity> activity, CancellationToken cancellationToken);

    /// <summary>What was done, oldest first; without points for times in which nothing was.</summary>
    ValueTask<IReadOnlyList<ActivityPoint>> ReadActivityAsync(ActivityFilter filter, CancellationToken cancellationToken);

    /// <summary>How endpoints have been; those of which nothing is known are left out.</summary>
    /// <param name="endpointIds">Which endpoints, by id.</param>
    /// <param name="since">From when on attempts are counted, rounded down to the hour. The last attempts are told whenever they were.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask<IReadOnlyList<EndpointHealth>> ReadHealthAsync(IReadOnlyList<string> endpointIds, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Deletes activity by the minute and by the hour that began before the given times, and the last attempts of endpoints that are gone.</summary>
    ValueTask PruneActivityAsync(DateTimeOffset minutesBefore, DateTimeOffset hoursBefore, CancellationToken cancellationToken);
}
