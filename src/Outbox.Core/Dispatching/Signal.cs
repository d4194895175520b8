namespace Outbox.Dispatching;

/// <summary>Lets one loop sleep until it is woken or time is up. Wakes that come while the loop is busy are one wake.</summary>
internal sealed class Signal(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _sleeper;
    private bool _awake;

    public void Wake()
    {
        TaskCompletionSource? sleeper;
        lock (_gate)
        {
            _awake = true;
            sleeper = _sleeper;
            _sleeper = null;
        }

        sleeper?.TrySetResult();
    }

    /// <summary>Returns at the next wake, at once where one came since the last wait, or after the timeout.</summary>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Before the wakes: a loop that is woken all the time must be able to stop.
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource sleeper;
        lock (_gate)
        {
            if (_awake)
            {
                _awake = false;
                return;
            }

            sleeper = _sleeper ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // Task.WaitAsync on such a source would go on from the thread pool, whatever context the loop has.
        using (clock.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), sleeper, timeout, Timeout.InfiniteTimeSpan))
        using (cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), sleeper))
        {
            await sleeper.Task;
        }

        lock (_gate)
        {
            _awake = false;
            _sleeper = null;
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
