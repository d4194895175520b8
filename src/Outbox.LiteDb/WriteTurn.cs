namespace Outbox.LiteDb;

/// <summary>
/// The one turn to write that a file has. LiteDB 5.0 locks a collection at a time, yet all collections share the list of free pages: two threads
/// that write to different collections can take the same page. So every write waits here, the host's too. The turn belongs to a thread, because
/// LiteDB's transactions do.
/// </summary>
internal sealed class WriteTurn(TimeSpan timeout) : IDisposable
{
    private readonly SemaphoreSlim _free = new(1, 1);
    private int _owner;

    /// <summary>Whether the current thread has the turn.</summary>
    public bool IsMine => Volatile.Read(ref _owner) == Environment.CurrentManagedThreadId;

    /// <exception cref="TimeoutException">Another thread kept it for too long.</exception>
    public void Take()
    {
        if (!TryTake())
        {
            throw TookTooLong();
        }
    }

    /// <summary>False where another thread kept it for too long.</summary>
    public bool TryTake()
    {
        if (!_free.Wait(timeout))
        {
            return false;
        }

        Claim();
        return true;
    }

    /// <summary>Waits without a thread. Whoever awaited this claims the turn for the thread it goes on with by <see cref="Claim"/>.</summary>
    /// <exception cref="TimeoutException">Another thread kept it for too long.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (!await _free.WaitAsync(timeout, cancellationToken))
        {
            throw TookTooLong();
        }
    }

    public void Claim() => Volatile.Write(ref _owner, Environment.CurrentManagedThreadId);

    public void Release()
    {
        Volatile.Write(ref _owner, 0);
        _free.Release();
    }

    public void Dispose() => _free.Dispose();

    private TimeoutException TookTooLong() => new($"Another thread has been writing for {timeout}.");
}
