namespace Outbox.Storage;

/// <summary>Opens the store once, before its first use, whoever comes first: the host's start or an enqueue.</summary>
internal sealed class StoreGate(IOutboxStore store) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile bool _open;

    public bool IsOpen => _open;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => _open ? ValueTask.CompletedTask : OpenSlowlyAsync(cancellationToken);

    /// <summary>The same for callers that cannot await: see <see cref="IOutboxDoor.Open"/>.</summary>
    public void Open()
    {
        if (!_open)
        {
            OpenSlowly();
        }
    }

    public void Dispose() => _gate.Dispose();

    private void OpenSlowly()
    {
        _gate.Wait();
        try
        {
            if (!_open)
            {
                store.OpenAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
                _open = true;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask OpenSlowlyAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_open)
            {
                await store.OpenAsync(cancellationToken);
                _open = true;
            }
        }
        finally
        {
            _gate.Release();
        }
    }
}
