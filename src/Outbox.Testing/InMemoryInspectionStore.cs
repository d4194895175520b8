using Outbox.Deliveries;
using Outbox.Inspection;
using Outbox.Storage;

namespace Outbox.Testing;

internal sealed class InMemoryInspectionStore(Tables tables) : IInspectionStore
{
    private readonly Dictionary<(string Endpoint, ActivityGrain Grain, DateTimeOffset Start), ActivityCounts> _activity = [];
    private readonly Dictionary<string, string> _strips = new(StringComparer.Ordinal);

    public ValueTask<BoundedCount> CountAsync(DeliveryFilter filter, int limit, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            return new(BoundedCount.Of(tables.Deliveries.Count(row => InMemoryDeliveryStore.Matches(row, filter)), limit));
        }
    }

    public ValueTask<OpenWork> CountOpenWorkAsync(OpenWorkFilter filter, int limit, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            var now = tables.Now;
            var rows = tables.Deliveries.Where(row => IsOf(row.Endpoint, filter)).ToList();
            var ready = rows.Where(row => row.Status == DeliveryStatus.Waiting && row.IsDue(now) && !Queues(row)).ToList();
            return new(new OpenWork
            {
                Ready = BoundedCount.Of(ready.Count, limit),
                Scheduled = BoundedCount.Of(rows.Count(row => row.Status == DeliveryStatus.Waiting) - ready.Count, limit),
                Delivering = Count(DeliveryStatus.Delivering),
                Parked = Count(DeliveryStatus.Parked),
                Exhausted = Count(DeliveryStatus.Exhausted),
                OldestDueAt = ready.Where(row => row.Endpoint.TakesAll).Min(row => (DateTimeOffset?)row.DueAt),
            });

            BoundedCount Count(DeliveryStatus status) => BoundedCount.Of(rows.Count(row => row.Status == status), limit);
        }
    }

    public ValueTask AddActivityAsync(IReadOnlyList<EndpointActivity> activity, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            foreach (var one in activity)
            {
                Add((one.EndpointId, ActivityGrain.Minute, one.Minute), one.Counts);
                Add((one.EndpointId, ActivityGrain.Hour, one.Hour), one.Counts);
                _strips[one.EndpointId] = RecentAttempt.Add(_strips.GetValueOrDefault(one.EndpointId, ""), one.Recent);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<ActivityPoint>> ReadActivityAsync(ActivityFilter filter, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            var found = _activity
                .Where(pair => pair.Key.Grain == filter.Grain && pair.Key.Start >= filter.From && pair.Key.Start < filter.Until)
                .Where(pair => filter.EndpointId is null || pair.Key.Endpoint == filter.EndpointId)
                .Where(pair => filter.EndpointTenant is null || TenantOf(pair.Key.Endpoint) == filter.EndpointTenant)
                .GroupBy(pair => pair.Key.Start, pair => pair.Value)
                .OrderBy(group => group.Key);
            return new([.. found.Select(group => new ActivityPoint(group.Key, Sum(group)))]);
        }
    }

    public ValueTask<IReadOnlyList<EndpointHealth>> ReadHealthAsync(
        IReadOnlyList<string> endpointIds, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var from = since - TimeSpan.FromTicks(since.Ticks % TimeSpan.TicksPerHour);
        lock (tables.Lock)
        {
            return new(
            [
                .. endpointIds
                    .Select(id => new EndpointHealth(id, Since(id, from), RecentAttempt.Parse(_strips.GetValueOrDefault(id, ""))))
                    .Where(health => health.Counts.Attempts > 0 || health.Recent.Count > 0),
            ]);
        }
    }

    public ValueTask PruneActivityAsync(DateTimeOffset minutesBefore, DateTimeOffset hoursBefore, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            foreach (var key in _activity.Keys.Where(key => key.Start < (key.Grain == ActivityGrain.Minute ? minutesBefore : hoursBefore)).ToList())
            {
                _activity.Remove(key);
            }

            foreach (var id in _strips.Keys.Where(id => !tables.Endpoints.Exists(row => row.Value.Id == id && !row.Deleted)).ToList())
            {
                _strips.Remove(id);
            }
        }

        return ValueTask.CompletedTask;
    }

    private static bool IsOf(EndpointRow row, OpenWorkFilter filter) =>
        (filter.EndpointId is null || row.Value.Id == filter.EndpointId) && (filter.EndpointTenant is null || row.Value.Tenant == filter.EndpointTenant);

    private static ActivityCounts Sum(IEnumerable<ActivityCounts> counts) => counts.Aggregate(ActivityCounts.None, (sum, more) => sum.Plus(more));

    private bool Queues(DeliveryRow row) =>
        row.Order is { } order && tables.Deliveries.Find(other => other.IsOpen && other.Order == order) != row;

    private ActivityCounts Since(string endpointId, DateTimeOffset from) =>
        Sum(_activity.Where(pair => pair.Key.Endpoint == endpointId && pair.Key.Grain == ActivityGrain.Hour && pair.Key.Start >= from).Select(pair => pair.Value));

    private void Add((string Endpoint, ActivityGrain Grain, DateTimeOffset Start) key, ActivityCounts more) =>
        _activity[key] = _activity.GetValueOrDefault(key, ActivityCounts.None).Plus(more);

    private string? TenantOf(string endpointId) => tables.Endpoints.Find(row => row.Value.Id == endpointId)?.Value.Tenant;
}
