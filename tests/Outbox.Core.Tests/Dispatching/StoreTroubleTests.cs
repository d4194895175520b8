using Microsoft.Extensions.Logging;
using Outbox.Dispatching;
using Outbox.Testing;

namespace Outbox.Tests.Dispatching;

/// <summary>Calm under outage, on a clock that a test moves.</summary>
public sealed class StoreTroubleTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly TestClock _clock = new();
    private readonly Lines _lines = new();
    private readonly TaskCompletionSource _back = new();
    private bool _isAway = true;
    private int _looks;

    [Fact]
    public async Task Ten_minutes_without_the_database_are_a_line_a_minute_and_a_look_each_few_seconds()
    {
        using var stop = new CancellationTokenSource();
        var running = new StoreTrouble("claim", _clock, new SeededRandom(1), _lines).RepeatAsync(LookAsync, stop.Token);

        await AdvanceAsync(10 * Minute);

        Assert.InRange(_lines.Levels.Count, 10, 11);
        Assert.All(_lines.Levels, level => Assert.Equal(LogLevel.Error, level));
        Assert.InRange(_looks, 100, 200);

        _isAway = false;
        await AdvanceAsync(TimeSpan.FromSeconds(7));

        Assert.True(_back.Task.IsCompletedSuccessfully);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.DoesNotContain(LogLevel.Error, _lines.Levels.Skip(11));
    }

    private async Task LookAsync(CancellationToken stop)
    {
        _looks++;
        if (_isAway)
        {
            throw new InvalidOperationException("away");
        }

        _back.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, _clock, stop);
    }

    /// <summary>In steps that are shorter than any wait; after each the loop is given its turn.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        var step = TimeSpan.FromMilliseconds(50);
        for (var passed = TimeSpan.Zero; passed < by; passed += step)
        {
            _clock.Advance(step);
            for (var i = 0; i < 1000 && _clock.PendingTimers == 0 && !_back.Task.IsCompleted; i++)
            {
                await Task.Yield();
            }
        }
    }

    private sealed class Lines : ILogger
    {
        public List<LogLevel> Levels { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Levels.Add(logLevel);
    }
}
