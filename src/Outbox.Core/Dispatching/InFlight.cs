using Outbox.Storage;

namespace Outbox.Dispatching;

/// <summary>What this process has leased and not yet settled: the slots in use, in all and by endpoint.</summary>
internal sealed class InFlight
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byEndpoint = new(StringComparer.Ordinal);

    // By instance: what was cancelled and replayed meanwhile is in flight twice.
    private readonly Dictionary<ClaimedDelivery, string> _owners = new(ReferenceEqualityComparer.Instance);
    private TaskCompletionSource? _whenEmpty;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _owners.Count;
            }
        }
    }

    public IReadOnlyDictionary<string, int> ByEndpoint()
    {
        lock (_gate)
        {
            return new Dictionary<string, int>(_byEndpoint, StringComparer.Ordinal);
        }
    }

    /// <summary>The keys of what was leased under other names than this one.</summary>
    public IReadOnlyList<long> OfOtherNames(string owner)
    {
        lock (_gate)
        {
            return [.. _owners.Where(lease => !string.Equals(lease.Value, owner, StringComparison.Ordinal)).Select(lease => lease.Key.Key)];
        }
    }

    public void Add(string owner, IReadOnlyList<ClaimedDelivery> deliveries)
    {
        lock (_gate)
        {
            foreach (var delivery in deliveries)
            {
                _owners.Add(delivery, owner);
                _byEndpoint[delivery.Endpoint.Id] = _byEndpoint.GetValueOrDefault(delivery.Endpoint.Id) + 1;
            }
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

            _owners.Remove(delivery);
            if (_owners.Count == 0)
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
            return _owners.Count == 0
                ? Task.CompletedTask
                : (_whenEmpty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
