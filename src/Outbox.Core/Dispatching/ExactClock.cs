namespace Outbox.Dispatching;

/// <summary>
/// The system's clock with timers that keep to a fraction of a millisecond. Those of .NET count in the kernel's coarse ticks, of 4 ms on many
/// machines: where somebody waits for one millisecond, they let him wait for up to five.
/// </summary>
/// <remarks>
/// A thread of its own sleeps until the next timer, and ends when there has been none for a while. Meant for a few short waits at a time;
/// callbacks run on the thread pool, as those of any other timer.
/// </remarks>
internal sealed class ExactClock : TimeProvider
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly ExactClock Shared = new();

    private readonly object _gate = new();
    private readonly List<ExactTimer> _timers = [];
    private bool _running;

    private ExactClock()
    {
    }

    /// <summary>The clock itself where it is not the system's: a test's clock is as exact as the test wants it.</summary>
    public static TimeProvider For(TimeProvider clock) => clock == System ? Shared : clock;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ExactTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Set(ExactTimer timer, bool armed)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            if (!armed)
            {
                return;
            }

            _timers.Add(timer);
            if (_running)
            {
                Monitor.Pulse(_gate);
                return;
            }

            _running = true;
        }

        new Thread(Run) { IsBackground = true, Name = "Outbox timers" }.UnsafeStart();
    }

    private void Run()
    {
        while (FireAndWait())
        {
        }
    }

    /// <returns>False where there has been no timer for a while.</returns>
    private bool FireAndWait()
    {
        TimeSpan wait;
        lock (_gate)
        {
            wait = FireDue();
            if (wait >= Millisecond || !ShortSleep.IsKnown)
            {
                // Whole milliseconds: what is left of the last one is slept for in the next turn.
                _running = Monitor.Wait(_gate, Math.Max(1, (int)wait.TotalMilliseconds)) || _timers.Count > 0;
                return _running;
            }
        }

        ShortSleep.For(wait);
        return true;
    }

    /// <returns>How long nothing is due.</returns>
    private TimeSpan FireDue()
    {
        var next = Idle;
        for (var i = _timers.Count - 1; i >= 0; i--)
        {
            var timer = _timers[i];
            var wait = timer.DueIn;
            if (wait <= TimeSpan.Zero)
            {
                _timers.RemoveAt(i);
                timer.Fire();
            }
            else if (wait < next)
            {
                next = wait;
            }
        }

        return next;
    }

    private sealed class ExactTimer(ExactClock clock, TimerCallback callback, object? state) : ITimer
    {
        private long _armedAt;
        private TimeSpan _due;

        public TimeSpan DueIn => _due - clock.GetElapsedTime(_armedAt);

        public void Fire() => ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Call(), this, preferLocal: false);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan)
            {
                throw new NotSupportedException("An exact timer fires once.");
            }

            (_armedAt, _due) = (clock.GetTimestamp(), dueTime);
            clock.Set(this, armed: dueTime != Timeout.InfiniteTimeSpan);
            return true;
        }

        public void Dispose() => clock.Set(this, armed: false);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Call() => callback(state);
    }
}
