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

        try
        {
            await sleeper.Task.WaitAsync(timeout, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
        }

        lock (_gate)
        {
            _awake = false;
        }
    }
}
