using System.Data;
using System.Data.Common;
using Outbox.Dispatching;
using Outbox.Testing;

namespace Outbox.Tests.Dispatching;

public sealed class SignalTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public async Task A_wake_that_came_while_the_loop_was_busy_is_not_lost()
    {
        var signal = new Signal(_clock);

        signal.Wake();
        signal.Wake();

        await signal.WaitAsync(TimeSpan.FromHours(1), CancellationToken.None);
        Assert.False(signal.WaitAsync(TimeSpan.FromHours(1), CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task A_sleeper_wakes_when_time_is_up()
    {
        var signal = new Signal(_clock);

        var sleeping = signal.WaitAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.False(sleeping.IsCompleted);
        _clock.Advance(TimeSpan.FromMinutes(1));

        await sleeping;
    }

    [Fact]
    public async Task A_loop_that_is_woken_all_the_time_can_be_stopped()
    {
        var signal = new Signal(_clock);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        signal.Wake();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signal.WaitAsync(TimeSpan.FromHours(1), stop.Token));
    }

    [Fact]
    public async Task A_sleeper_that_is_stopped_leaves_nothing_behind()
    {
        var signal = new Signal(_clock);
        using var stop = new CancellationTokenSource();

        var sleeping = signal.WaitAsync(TimeSpan.FromHours(1), stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleeping);
        Assert.Equal(0, _clock.PendingTimers);
        Assert.False(signal.WaitAsync(TimeSpan.FromHours(1), CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task A_commit_wakes_the_dispatcher_although_nobody_calls_it()
    {
        var wake = new WakeSignal(_clock) { Listening = true };
        var transaction = new FakeTransaction();
        var sleeping = wake.WaitAsync(TimeSpan.FromHours(1), CancellationToken.None);

        wake.ExpectCommit(transaction);
        await AdvanceAsync(TimeSpan.FromMilliseconds(3), timers: 2);
        Assert.False(sleeping.IsCompleted);
        transaction.Commit();
        await AdvanceAsync(TimeSpan.FromMilliseconds(3), timers: 2);

        await sleeping.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_long_transaction_costs_few_looks_and_is_given_up_after_two_minutes()
    {
        var looks = 0;
        var watch = new CommitWatch(_clock);
        var transaction = new FakeTransaction();

        watch.Watch(transaction, () => looks++);
        for (var i = 0; i < 2600; i++)
        {
            await AdvanceAsync(CommitWatch.Longest);
        }

        Assert.InRange(looks, 5, 25);
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task A_transaction_object_that_is_used_again_at_once_each_time_is_looked_after_within_milliseconds()
    {
        var looks = 0;
        var watch = new CommitWatch(_clock);
        var transaction = new FakeTransaction();

        for (var i = 0; i < 500; i++)
        {
            watch.Watch(transaction, () => looks++);
            await AdvanceAsync(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(looks, 500 / (2 * (int)CommitWatch.LookAgain.TotalMilliseconds), 500 / (int)CommitWatch.LookAgain.TotalMilliseconds);
    }

    [Fact]
    public async Task A_commit_is_seen_at_once_beside_a_transaction_that_has_been_open_for_long()
    {
        var looks = 0;
        var clock = new RecordingClock(_clock);
        var watch = new CommitWatch(clock);
        watch.Watch(new FakeTransaction(), () => looks++);
        for (var i = 0; i < 100; i++)
        {
            await AdvanceAsync(CommitWatch.Longest);
        }

        await SpinUntilAsync(() => clock.LastWait == CommitWatch.Longest);
        var young = new FakeTransaction();
        watch.Watch(young, () => looks++);
        await SpinUntilAsync(() => clock.LastWait == CommitWatch.Shortest);
        young.Commit();
        var before = looks;
        _clock.Advance(CommitWatch.Shortest);
        await SpinUntilAsync(() => looks > before);

        Assert.Equal(before + 1, looks);
    }

    [Fact]
    public void Without_a_dispatcher_no_transaction_is_watched()
    {
        var wake = new WakeSignal(_clock);

        wake.ExpectCommit(new FakeTransaction());

        Assert.Equal(0, _clock.PendingTimers);
    }

    // The watch goes on from another thread: it is waiting when it has set its timer, beside the one of whoever sleeps.
    private async Task AdvanceAsync(TimeSpan by, int timers = 1)
    {
        await SpinUntilAsync(() => _clock.PendingTimers >= timers);
        _clock.Advance(by);
    }

    private static async Task SpinUntilAsync(Func<bool> condition)
    {
        for (var spins = 0; !condition() && spins < 100_000; spins++)
        {
            await Task.Yield();
        }
    }

    private sealed class RecordingClock(TimeProvider clock) : TimeProvider
    {
        private long _lastWait;

        public TimeSpan LastWait => TimeSpan.FromTicks(Volatile.Read(ref _lastWait));

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = clock.CreateTimer(callback, state, dueTime, period);
            Volatile.Write(ref _lastWait, dueTime.Ticks);
            return timer;
        }
    }

    private sealed class FakeTransaction : DbTransaction
    {
        private DbConnection? _connection = NSubstitute.Substitute.For<DbConnection>();

        public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

        protected override DbConnection? DbConnection => Volatile.Read(ref _connection);

        public override void Commit() => Volatile.Write(ref _connection, null);

        public override void Rollback() => Volatile.Write(ref _connection, null);
    }
}
