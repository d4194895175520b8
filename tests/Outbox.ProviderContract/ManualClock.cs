namespace Outbox.ProviderContract;

/// <summary>A clock that stands still until a case moves it: for stores that take a <see cref="TimeProvider"/>. It makes no timers of its own.</summary>
public sealed class ManualClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2030, 6, 1, 12, 0, 0, TimeSpan.Zero).UtcTicks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    /// <summary>Moves the clock, backwards where <paramref name="by"/> is negative.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
