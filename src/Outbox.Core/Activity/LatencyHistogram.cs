namespace Outbox.Activity;

/// <summary>How long attempts took, counted in twelve ranges: small enough to keep for each endpoint and minute, good enough for percentiles.</summary>
public sealed class LatencyHistogram
{
    private static readonly int[] Bounds = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];

    private readonly long[] _counts;

    /// <summary>An empty one.</summary>
    public LatencyHistogram()
        : this(new long[Size])
    {
    }

    private LatencyHistogram(long[] counts) => _counts = counts;

    /// <summary>How many ranges there are.</summary>
    public static int Size => Bounds.Length + 1;

    /// <summary>The ranges' upper ends in milliseconds, inclusive; the last range has none.</summary>
    public static IReadOnlyList<int> BoundsMilliseconds => Bounds;

    /// <summary>How many attempts fell into each range.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>One with the counts that <see cref="Counts"/> had.</summary>
    /// <exception cref="ArgumentException">There are not <see cref="Size"/> counts.</exception>
    public static LatencyHistogram From(IReadOnlyList<long> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return counts.Count == Size
            ? new LatencyHistogram([.. counts])
            : throw new ArgumentException($"A histogram has {Size} counts, not {counts.Count}.", nameof(counts));
    }

    /// <summary>Counts one attempt.</summary>
    public void Add(TimeSpan duration)
    {
        var range = Array.FindIndex(Bounds, bound => duration.TotalMilliseconds <= bound);
        _counts[range < 0 ? Bounds.Length : range]++;
    }

    /// <summary>Adds all that another one counted.</summary>
    public void Add(LatencyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }
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
        for (var i = 0; i < _counts.Length; i++)
        {
            if (below + _counts[i] >= rank)
            {
                var from = i == 0 ? 0 : Bounds[i - 1];
                var to = i == Bounds.Length ? from : Bounds[i];
                return TimeSpan.FromMilliseconds(from + (to - from) * ((rank - below) / _counts[i]));
            }

            below += _counts[i];
        }

        return TimeSpan.FromMilliseconds(Bounds[^1]);
    }
}
