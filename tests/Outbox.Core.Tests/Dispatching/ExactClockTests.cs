using Outbox.Dispatching;

namespace Outbox.Tests.Dispatching;

/// <summary>These wait in real time, as the clock is the real one's: for what must come, never for a certain time.</summary>
public sealed class ExactClockTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _clock = ExactClock.For(TimeProvider.System);

    [Fact]
    public void Only_the_systems_clock_is_replaced()
    {
        var other = new Outbox.Testing.TestClock();

        Assert.Same(other, ExactClock.For(other));
        Assert.IsType<ExactClock>(_clock);
    }

    [Fact]
    public async Task A_wait_is_over_after_its_time_and_not_before()
    {
        var began = _clock.GetTimestamp();

        await Task.Delay(TimeSpan.FromMilliseconds(3), _clock).WaitAsync(Patience);

        Assert.True(_clock.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(3));
    }

    [Fact]
    public async Task A_wait_may_be_shorter_than_a_millisecond()
    {
        // On a busy machine any one of them may take longer; with whole milliseconds one in a thousand is that short, by chance.
        var shorter = 0;
        for (var tries = 0; tries < 2000 && shorter < 40; tries++)
        {
            var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var began = _clock.GetTimestamp();
            using var timer = _clock.CreateTimer(_ => over.SetResult(), null, TimeSpan.FromMilliseconds(0.25), Timeout.InfiniteTimeSpan);
            await over.Task.WaitAsync(Patience);
            var took = _clock.GetElapsedTime(began);
            Assert.True(took >= TimeSpan.FromMilliseconds(0.25));
            shorter += took < TimeSpan.FromMilliseconds(1) ? 1 : 0;
        }

        Assert.Equal(40, shorter);
    }

    [Fact]
    public async Task The_shorter_wait_ends_first_also_where_it_began_later()
    {
        var order = new List<string>();
        var both = new CountdownEvent(2);
        using var longer = _clock.CreateTimer(_ => Add("longer"), null, TimeSpan.FromMilliseconds(700), Timeout.InfiniteTimeSpan);
        using var shorter = _clock.CreateTimer(_ => Add("shorter"), null, TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);

        await Task.Run(() => Assert.True(both.Wait(Patience)));

        Assert.Equal(["shorter", "longer"], order);

        void Add(string name)
        {
            lock (order)
            {
                order.Add(name);
            }

            both.Signal();
        }
    }

    [Fact]
    public async Task A_wait_that_was_given_up_does_not_end_and_others_do()
    {
        using var giveUp = new CancellationTokenSource();
        var givenUp = Task.Delay(TimeSpan.FromMilliseconds(5), _clock, giveUp.Token);
        await giveUp.CancelAsync();

        await Task.Delay(TimeSpan.FromMilliseconds(10), _clock).WaitAsync(Patience);

        Assert.True(givenUp.IsCanceled);
    }
}
