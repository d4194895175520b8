namespace Outbox.Simulation.Engine;

/// <summary>
/// One thread, one queue of what is ready, one list of timers. Simulated time stands still while anything is ready, and then moves to the
/// next timer at once. Which of several ready steps comes first is chance of the seed.
/// </summary>
internal sealed class Scheduler(Chance chance)
{
    /// <summary>More steps than any honest burst takes without time going on.</summary>
    private const int Spinning = 400_000;

    private readonly List<Step> _ready = [];
    private readonly PriorityQueue<SimulatedTimer, (long Due, long Order)> _timers = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;
    private int _sinceTimeMoved;

    /// <summary>Simulated time since the beginning; nothing makes it jump.</summary>
    public TimeSpan Now { get; private set; }

    public long Steps { get; private set; }

    /// <summary>Why the run cannot go on, or null.</summary>
    public string? Broken { get; private set; }

    public void Break(string why) => Broken ??= why;

    public void Post(SimulatedContext context, SendOrPostCallback callback, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            Break($"a continuation of {context.Name} came from another thread: {Environment.StackTrace}");
            return;
        }

        _ready.Add(new Step(context, callback, state));
    }

    public SimulatedTimer After(TimeSpan delay, SimulatedContext context, Action action)
    {
        var timer = new SimulatedTimer(this, context, _ => action(), state: null);
        timer.Change(delay < TimeSpan.Zero ? TimeSpan.Zero : delay, Timeout.InfiniteTimeSpan);
        return timer;
    }

    public void Arm(SimulatedTimer timer, TimeSpan dueTime) => _timers.Enqueue(timer, (timer.Due = (Now + dueTime).Ticks, _order++));

    /// <summary>Takes the next step; false where nothing is left or the run is broken.</summary>
    public bool Step()
    {
        while (_ready.Count == 0)
        {
            if (!_timers.TryDequeue(out var timer, out var at))
            {
                return false;
            }

            if (timer.Due != at.Due)
            {
                continue;
            }

            timer.Due = SimulatedTimer.Never;
            if (at.Due > Now.Ticks)
            {
                Now = TimeSpan.FromTicks(at.Due);
                _sinceTimeMoved = 0;
            }

            timer.Fire();
        }

        var next = Next();
        Steps++;
        if (++_sinceTimeMoved > Spinning)
        {
            Break($"{next.Context.Name} spins: {Spinning} steps while the time stood still");
        }

        next.Context.Run(next.Callback, next.State);
        return Broken is null;
    }

    private Step Next()
    {
        var index = _ready.Count == 1 ? 0 : chance.Between(0, Math.Min(_ready.Count, 8) - 1);
        var step = _ready[index];
        _ready.RemoveAt(index);
        return step;
    }
}

/// <summary>A piece of work that is ready to run.</summary>
internal readonly record struct Step(SimulatedContext Context, SendOrPostCallback Callback, object? State);
