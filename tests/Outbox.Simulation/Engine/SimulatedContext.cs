namespace Outbox.Simulation.Engine;

/// <summary>
/// What runs in one simulated process. Every await of that process comes back through here, so it can be stopped in mid-air for an hour, or
/// killed for good, between any two of its steps.
/// </summary>
internal sealed class SimulatedContext(Scheduler scheduler, string name) : SynchronizationContext
{
    private readonly List<(SendOrPostCallback Callback, object? State)> _held = [];

    public string Name { get; } = name;

    public bool IsDead { get; private set; }

    public bool IsPaused { get; private set; }

    public void Kill() => IsDead = true;

    public void Pause() => IsPaused = true;

    public void Resume()
    {
        IsPaused = false;
        foreach (var (callback, state) in _held)
        {
            scheduler.Post(this, callback, state);
        }

        _held.Clear();
    }

    public void Run(SendOrPostCallback callback, object? state)
    {
        if (IsDead)
        {
            return;
        }

        if (IsPaused)
        {
            _held.Add((callback, state));
            return;
        }

        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        catch (Exception e)
        {
            scheduler.Break($"{Name} let an exception through: {e}");
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsDead)
        {
            scheduler.Post(this, d, state);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing in the outbox waits synchronously.");

    public override SynchronizationContext CreateCopy() => this;
}
