using Outbox.Storage;

namespace Outbox.Inspection;

/// <summary>The management door to counts and figures.</summary>
internal sealed class WebhookInspection(IInspectionStore store, StoreGate gate) : IWebhookInspection
{
    private const int MaxCount = 1_000_000;

    public async Task<BoundedCount> CountAsync(DeliveryFilter filter, int limit = 10_000, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Check(limit);
        await gate.OpenAsync(cancellationToken);
        return await store.CountAsync(filter, limit, cancellationToken);
    }

    public async Task<OpenWork> OpenWorkAsync(OpenWorkFilter filter, int limit = 10_000, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Check(limit);
        await gate.OpenAsync(cancellationToken);
        return await store.CountOpenWorkAsync(filter, limit, cancellationToken);
    }

    public async Task<IReadOnlyList<ActivityPoint>> ActivityAsync(ActivityFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await gate.OpenAsync(cancellationToken);
        return await store.ReadActivityAsync(filter, cancellationToken);
    }

    public async Task<IReadOnlyList<EndpointHealth>> HealthAsync(
        IReadOnlyList<string> endpointIds, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpointIds);
        await gate.OpenAsync(cancellationToken);
        return endpointIds.Count == 0 ? [] : await store.ReadHealthAsync(endpointIds, since, cancellationToken);
    }

    private static void Check(int limit)
    {
        if (limit is < 1 or > MaxCount)
        {
            throw new WebhookValidationException("limit", $"The limit is {limit}; give 1 to {MaxCount}.");
        }
    }
}
