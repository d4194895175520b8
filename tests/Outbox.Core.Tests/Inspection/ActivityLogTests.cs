using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;
using Outbox.Deliveries;
using Outbox.Inspection;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Tests.Inspection;

public sealed class ActivityLogTests
{
    private readonly TestClock _clock = new();
    private readonly IInspectionStore _store = Substitute.For<IInspectionStore>();
    private readonly List<long> _stored = [];
    private volatile bool _isAway;
    private int _calls;

    [Fact]
    public async Task It_sleeps_while_nothing_is_settled_and_loses_nothing_in_an_outage()
    {
        _store.AddActivityAsync(default!, default).ReturnsForAnyArgs(call => StoreAsync(call.Arg<IReadOnlyList<EndpointActivity>>()));
        using var stop = new CancellationTokenSource();
        var log = new ActivityLog(_store, _clock, new SeededRandom(1), NullLogger<ActivityLog>.Instance);
        var running = log.RunAsync(stop.Token);

        Assert.Equal(0, _clock.PendingTimers);
        log.Count(Settled());
        await PassUntilAsync(() => _stored.Count == 1);

        _isAway = true;
        log.Count(Settled());
        await PassUntilAsync(() => Volatile.Read(ref _calls) == 4);
        log.Count(Settled());
        _isAway = false;
        await PassUntilAsync(() => _stored.Count == 2);

        Assert.Equal([1, 2], _stored);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private ValueTask StoreAsync(IReadOnlyList<EndpointActivity> activity)
    {
        Interlocked.Increment(ref _calls);
        if (_isAway)
        {
            throw new InvalidOperationException("away");
        }

        _stored.Add(activity.Sum(one => one.Counts.Attempts));
        return ValueTask.CompletedTask;
    }

    private async Task PassUntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    private Settlement Settled() =>
        new(Some.Delivery, DeliveryTransition.Delivered, new AttemptRecord { StartedAt = _clock.GetUtcNow(), Duration = TimeSpan.Zero, StatusCode = 200 });
}
