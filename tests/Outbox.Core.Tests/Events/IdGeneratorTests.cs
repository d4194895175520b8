using Outbox.Events;
using Outbox.Testing;

namespace Outbox.Tests.Events;

public sealed class IdGeneratorTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void Ids_of_one_millisecond_sort_in_the_order_they_were_made()
    {
        var ids = new IdGenerator(_clock, new SeededRandom(1));

        var made = Enumerable.Range(0, 10_000).Select(_ => ids.NewEventId()).ToList();

        Assert.Equal(made.Order(StringComparer.Ordinal), made);
        Assert.Equal(made.Count, made.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void A_later_id_sorts_behind_an_earlier_one()
    {
        var ids = new IdGenerator(_clock, new SeededRandom(1));

        var earlier = ids.NewEventId();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var later = ids.NewEventId();

        Assert.True(string.CompareOrdinal(earlier, later) < 0);
    }

    [Fact]
    public void An_id_is_the_prefix_and_26_digits_of_base_32_that_begin_with_the_time()
    {
        var clock = new TestClock(new DateTimeOffset(2026, 5, 25, 14, 35, 12, TimeSpan.Zero));

        var id = new IdGenerator(clock, new SeededRandom(1)).NewEventId();

        Assert.Matches("^evt_[0-9a-hjkmnp-tv-z]{26}$", id);
        Assert.StartsWith("evt_01ksfrzb80", id, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_made_by_many_threads_at_once_are_all_different()
    {
        var ids = new IdGenerator(_clock, new CryptoRandomSource());

        var made = Enumerable.Range(0, 40_000).AsParallel().Select(_ => ids.NewEventId()).ToList();

        Assert.Equal(made.Count, made.Distinct(StringComparer.Ordinal).Count());
    }
}
