using Outbox.Storage;

namespace Outbox.Dispatching;

/// <summary>What this process has leased and not yet settled: the slots in use, in all and by endpoint.</summary>
internal sealed class InFlight
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byEndpoint = new(StringComparer.Ordinal);
    private TaskCompletionSource? _whenEmpty;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IReadOnlyDictionary<string, int> ByEndpoint()
    {
        lock (_gate)
        {
            return new Dictionary<string, int>(_byEndpoint, StringComparer.Ordinal);
        }
    }

    public void Add(IReadOnlyList<ClaimedDelivery> deliveries)
    {
        lock (_gate)
        {
            foreach (var delivery in deliveries)
            {
                _byEndpoint[delivery.Endpoint.Id] = _byEndpoint.GetValueOrDefault(delivery.Endpoint.Id) + 1;
            }

            _count += deliveries.Count;
        }
    }

    public void Remove(ClaimedDelivery delivery)
    {
        TaskCompletionSource? empty = null;
        lock (_gate)
        {
            var left = _byEndpoint[delivery.Endpoint.Id] - 1;
            if (left == 0)
            {
                _byEndpoint.Remove(delivery.Endpoint.Id);
            }
            else
            {
                _byEndpoint[delivery.Endpoint.Id] = left;
            }

            if (--_count == 0)
            {
                empty = _whenEmpty;
                _whenEmpty = null;
            }
        }

        empty?.TrySetResult();
    }

    public Task WhenEmptyAsync()
    {
        lock (_gate)
        {
            return _count == 0
                ? Task.CompletedTask
                : (_whenEmpty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
