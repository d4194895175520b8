namespace Outbox.Diagnostics;

/// <summary>Where the dispatcher of this process stands.</summary>
internal enum DispatcherPhase
{
    /// <summary>This process does not dispatch, or not yet.</summary>
    Off,

    /// <summary>It looks for the database, and for its place as a dispatcher.</summary>
    Starting,

    /// <summary>Another process dispatches the database.</summary>
    StandingBy,

    /// <summary>The loop turns.</summary>
    Dispatching,

    /// <summary>The host stops.</summary>
    Stopped,
}

/// <summary>What the dispatcher's loop tells of itself at each turn, so that others see when it does not turn any more.</summary>
internal sealed class DispatcherPulse(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private DispatcherPhase _phase;
    private long _lastTurn;
    private bool _turning;
    private int _failures;

    public DispatcherPhase Phase
    {
        get
        {
            lock (_gate)
            {
                return _phase;
            }
        }

        set
        {
            lock (_gate)
            {
                _phase = _phase == DispatcherPhase.Stopped ? _phase : value;
                _lastTurn = clock.GetTimestamp();
            }
        }
    }

    /// <summary>How many turns in a row did not come to their end.</summary>
    public int Failures
    {
        get
        {
            lock (_gate)
            {
                return _failures;
            }
        }
    }

    /// <summary>How long ago the last turn began.</summary>
    public TimeSpan SinceTheLastTurn
    {
        get
        {
            lock (_gate)
            {
                return clock.GetElapsedTime(_lastTurn);
            }
        }
    }

    public void TurnBegins()
    {
        lock (_gate)
        {
            _failures = _turning ? _failures + 1 : 0;
            _turning = true;
            _lastTurn = clock.GetTimestamp();
        }
    }

    public void TurnEnds()
    {
        lock (_gate)
        {
            _failures = 0;
            _turning = false;
        }
    }
}
