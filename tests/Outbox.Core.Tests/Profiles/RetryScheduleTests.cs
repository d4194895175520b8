using FsCheck;
using FsCheck.Fluent;
using Outbox.Deliveries;
using Outbox.Profiles;

namespace Outbox.Tests.Profiles;

public class RetryScheduleTests
{
    private const double NoJitter = 0.5;

    private static readonly RetrySchedule TwoRetries = new(TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(1000));

    [Theory]
    [InlineData("ttma", "1m 5m 15m 1h 4h")]
    [InlineData("talkifai", "30s 5m 30m")]
    [InlineData("topcalls", "1m 5m 15m 1h")]
    [InlineData("truedy", "5s 5m 30m 2h 5h")]
    [InlineData("huskyvoice", "5s 5m 30m 2h 5h")]
    [InlineData("standard", "5s 5m 30m 2h 5h 10h 14h 20h 24h")]
    public void Each_profile_retries_on_its_schedule_and_then_gives_up(string profileName, string schedule)
    {
        var retries = SomeDelivery.ProfileNamed(profileName).Retries;
        var expected = schedule.Split(' ').Select(Parse).Append(null);

        var delays = Enumerable.Range(1, retries.MaximumTries).Select(failed => retries.DelayAfter(failed, NoJitter));

        Assert.Equal(expected, delays);
    }

    [Theory]
    [InlineData(0.0, 90)]
    [InlineData(0.25, 95)]
    [InlineData(0.5, 100)]
    [InlineData(1.0, 110)]
    public void Jitter_is_a_tenth_either_way(double sample, int expectedSeconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(expectedSeconds), TwoRetries.DelayAfter(1, sample));
    }

    [Fact]
    public void No_sample_leaves_the_bounds()
    {
        Prop.ForAll(
            Gen.Choose(0, 1_000_000).Select(n => n / 1e6).ToArbitrary(),
            Gen.Choose(1, 2).ToArbitrary(),
            (sample, failedTries) =>
            {
                var scheduled = TwoRetries.Delays[failedTries - 1];

                return TwoRetries.DelayAfter(failedTries, sample) is { } delay && delay >= scheduled * 0.9 && delay <= scheduled * 1.1;
            }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(-5, 100)]
    [InlineData(0, 100)]
    [InlineData(99, 100)]
    [InlineData(101, 101)]
    [InlineData(86_400, 86_400)]
    [InlineData(86_401, 86_400)]
    [InlineData(int.MaxValue, 86_400)]
    public void Retry_after_counts_from_the_scheduled_delay_up_to_a_day(int retryAfterSeconds, int expectedSeconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(expectedSeconds), TwoRetries.DelayAfter(1, NoJitter, TimeSpan.FromSeconds(retryAfterSeconds)));
    }

    [Fact]
    public void Retry_after_is_measured_against_the_delay_with_its_jitter()
    {
        Assert.Equal(TimeSpan.FromSeconds(110), TwoRetries.DelayAfter(1, 1.0, TimeSpan.FromSeconds(105)));
        Assert.Equal(TimeSpan.FromSeconds(95), TwoRetries.DelayAfter(1, 0.0, TimeSpan.FromSeconds(95)));
    }

    [Fact]
    public void Retry_after_never_shortens_a_delay_that_is_over_a_day()
    {
        var schedule = new RetrySchedule(TimeSpan.FromDays(2));

        Assert.Equal(TimeSpan.FromDays(2), schedule.DelayAfter(1, NoJitter, TimeSpan.FromHours(30)));
    }

    [Fact]
    public void Retry_after_does_not_buy_another_try()
    {
        Assert.Null(TwoRetries.DelayAfter(3, NoJitter, TimeSpan.FromSeconds(1)));
        Assert.Null(new RetrySchedule().DelayAfter(1, NoJitter));
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, -0.01)]
    [InlineData(1, 1.01)]
    [InlineData(1, double.NaN)]
    public void Arguments_out_of_range_are_refused(int failedTries, double sample)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoRetries.DelayAfter(failedTries, sample));
    }

    [Fact]
    public void Schedules_with_the_same_waits_are_equal_and_keep_their_own_copy()
    {
        var waits = new List<TimeSpan> { TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(1000) };
        var schedule = TwoRetries with { Delays = waits };
        waits.Clear();

        Assert.Equal(TwoRetries, schedule);
        Assert.NotEqual(TwoRetries, TwoRetries with { Jitter = 0 });
    }

    [Fact]
    public void Problems_name_the_value_and_the_bounds()
    {
        var schedule = new RetrySchedule(TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.FromDays(31)) { Jitter = 1.5 };

        Assert.Equal(
            [
                "Retries.Delays[1] is 00:00:00; a wait is more than zero and at most 30.00:00:00.",
                "Retries.Delays[2] is 31.00:00:00; a wait is more than zero and at most 30.00:00:00.",
                "Retries.Jitter is 1.5; it lies from 0 to 0.5, as a share of the wait (0.1 for ±10 %).",
            ],
            schedule.Problems(),
            StringComparer.Ordinal);
    }

    private static TimeSpan? Parse(string text) => int.Parse(text[..^1]) * text[^1] switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        _ => TimeSpan.FromHours(1),
    };
}
