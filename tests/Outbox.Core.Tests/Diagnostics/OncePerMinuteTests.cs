using Outbox.Diagnostics;
using Outbox.Testing;

namespace Outbox.Tests.Diagnostics;

public sealed class OncePerMinuteTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void Each_kind_is_allowed_once_a_minute()
    {
        var calm = new OncePerMinute(_clock);

        Assert.Equal((true, false, true), (calm.Allows("a"), calm.Allows("a"), calm.Allows("b")));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(calm.Allows("a"));
    }

    [Fact]
    public void Of_many_that_ask_at_once_one_is_allowed()
    {
        for (var round = 0; round < 200; round++)
        {
            var calm = new OncePerMinute(_clock);
            var allowed = 0;
            Parallel.For(0, 8, _ =>
            {
                if (calm.Allows("a"))
                {
                    Interlocked.Increment(ref allowed);
                }
            });

            Assert.Equal(1, allowed);
        }
    }
}
