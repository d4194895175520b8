namespace Outbox.Inspection;

/// <summary>How long attempts took, counted in twelve ranges: small enough to keep for each endpoint and minute, good enough for percentiles.</summary>
public sealed class LatencyHistogram
{
    private static readonly int[] Bounds = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];

    private readonly long[] _counts;

    private LatencyHistogram(long[] counts) => _counts = counts;

    /// <summary>Nothing was counted.</summary>
    public static LatencyHistogram Empty { get; } = new(new long[Size]);

    /// <summary>How many ranges there are.</summary>
    public static int Size => Bounds.Length + 1;

    /// <summary>How many attempts fell into each range.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>The range that a duration falls into; each includes its upper end: 10, 25, 50, 100, 250, 500 ms, 1, 2.5, 5, 10, 30 s, and beyond.</summary>
    public static int RangeOf(TimeSpan duration)
    {
        var range = Array.FindIndex(Bounds, bound => duration.TotalMilliseconds <= bound);
        return range < 0 ? Bounds.Length : range;
    }

    /// <summary>One with the counts that <see cref="Counts"/> had.</summary>
    /// <exception cref="ArgumentException">There are not <see cref="Size"/> counts.</exception>
    public static LatencyHistogram From(IReadOnlyList<long> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return counts.Count == Size
            ? new LatencyHistogram([.. counts])
            : throw new ArgumentException($"A histogram has {Size} counts, not {counts.Count}.", nameof(counts));
    }

    /// <summary>Both together.</summary>
    public LatencyHistogram Plus(LatencyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new LatencyHistogram([.. _counts.Zip(other._counts, (a, b) => a + b)]);
    }

    /// <summary>
    /// The time that a fraction of the attempts did not exceed, estimated as though each range's attempts were spread evenly over it; null where
    /// nothing was counted. Of the last range, which has no end, it tells the beginning.
    /// </summary>
    /// <param name="fraction">Above 0 and at most 1: 0.95 for the 95th percentile.</param>
    public TimeSpan? Percentile(double fraction)
    {
        var total = _counts.Sum();
        if (total == 0)
        {
            return null;
        }

        var rank = fraction * total;
        long below = 0;
        for (var i = 0; i < Bounds.Length; i++)
        {
            if (below + _counts[i] >= rank && _counts[i] > 0)
            {
                var from = i == 0 ? 0 : Bounds[i - 1];
                return TimeSpan.FromMilliseconds(from + ((Bounds[i] - from) * ((rank - below) / _counts[i])));
            }

            below += _counts[i];
        }

        return TimeSpan.FromMilliseconds(Bounds[^1]);
    }
}
