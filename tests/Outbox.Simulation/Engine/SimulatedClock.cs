namespace Outbox.Simulation.Engine;

/// <summary>
/// A process's clock. Its wall time can be set, as people and NTP do; its timers and timestamps are monotonic and know nothing of that, as
/// those of an operating system.
/// </summary>
internal sealed class SimulatedClock(Scheduler scheduler, SimulatedContext context) : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far its wall time is from the truth.</summary>
    public TimeSpan Skew { get; set; }

    /// <summary>A mistake: what measures durations sees none pass, so no lease is ever too old.</summary>
    public bool TimestampsStandStill { get; init; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Epoch + scheduler.Now + Skew;

    public override long GetTimestamp() => TimestampsStandStill ? 0 : scheduler.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(scheduler, context, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>Fires as a step of its process: late while that is paused, never when it is dead.</summary>
internal sealed class SimulatedTimer(Scheduler scheduler, SimulatedContext context, TimerCallback callback, object? state) : ITimer
{
    public const long Never = -1;

    private TimeSpan _period = Timeout.InfiniteTimeSpan;
    private int _generation;

    /// <summary>When it fires, in ticks of simulated time.</summary>
    public long Due { get; set; } = Never;

    public void Fire()
    {
        if (context.IsDead)
        {
            return;
        }

        var generation = _generation;
        context.Post(
            _ =>
            {
                if (generation == _generation)
                {
                    callback(state);
                }
            },
            null);
        if (_period > TimeSpan.Zero)
        {
            scheduler.Arm(this, _period);
        }
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _generation++;
        _period = period;
        Due = Never;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            scheduler.Arm(this, dueTime);
        }

        return true;
    }

    public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
