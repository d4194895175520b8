using Outbox.Dispatching;

namespace Outbox.Endpoints;

/// <summary>Keeps what is known of unreadable secrets: each attempt and each reading of all endpoints tells it what it saw.</summary>
internal sealed class SecretStatus(TimeProvider clock) : IWebhookSecretStatus
{
    private readonly Lock _gate = new();
    private readonly Signal _trouble = new(clock);
    private volatile IReadOnlyDictionary<string, UnreadableSecret> _unreadable = Empty;

    private static IReadOnlyDictionary<string, UnreadableSecret> Empty { get; } = new Dictionary<string, UnreadableSecret>(StringComparer.Ordinal);

    public IReadOnlyCollection<UnreadableSecret> Unreadable => [.. _unreadable.Values];

    /// <summary>An endpoint's secret could not be read.</summary>
    public void Saw(string endpointId, string reason)
    {
        if (_unreadable.ContainsKey(endpointId))
        {
            return;
        }

        lock (_gate)
        {
            _unreadable = new Dictionary<string, UnreadableSecret>(_unreadable, StringComparer.Ordinal)
            {
                [endpointId] = new(endpointId, clock.GetUtcNow(), reason),
            };
        }

        _trouble.Wake();
    }

    /// <summary>All endpoints were read: these are the unreadable ones, and no others.</summary>
    public void SawAll(IReadOnlyDictionary<string, string> reasons)
    {
        lock (_gate)
        {
            var before = _unreadable;
            _unreadable = reasons.ToDictionary(
                seen => seen.Key,
                seen => new UnreadableSecret(seen.Key, before.GetValueOrDefault(seen.Key)?.Since ?? clock.GetUtcNow(), seen.Value),
                StringComparer.Ordinal);
        }
    }

    /// <summary>Returns when an attempt meets a secret that was not known to be unreadable, or after the timeout.</summary>
    public Task WaitForTroubleAsync(TimeSpan timeout, CancellationToken stop) => _trouble.WaitAsync(timeout, stop);
}
