using Outbox.Profiles;

namespace Outbox.Deliveries;

/// <summary>
/// When a failed delivery is tried again: the waits between one try and the next. After the last wait's try the delivery is exhausted.
/// Schedules are compared by value.
/// </summary>
public sealed record RetrySchedule
{
    /// <summary>The share of a wait by which it may come out shorter or longer, unless set otherwise: one tenth.</summary>
    public const double DefaultJitter = 0.10;

    /// <summary>The most that <see cref="Jitter"/> may be: one half.</summary>
    public const double MaximumJitter = 0.5;

    /// <summary>The most waits that a schedule may have.</summary>
    public const int MaximumDelays = 100;

    /// <summary>The longest single wait that a schedule may have: 30 days.</summary>
    public static readonly TimeSpan MaximumDelay = TimeSpan.FromDays(30);

    /// <summary>
    /// The longest <c>Retry-After</c> that is honoured: 24 hours. A receiver that asks for more is asked again after that.
    /// </summary>
    public static readonly TimeSpan MaximumRetryAfter = TimeSpan.FromHours(24);

    private readonly EquatableList<TimeSpan> _delays;

    /// <summary>A schedule of waits; none at all means that a delivery is tried once.</summary>
    /// <param name="delays">The wait after the first failed try, after the second, and so on. Each more than zero, at most 30 days.</param>
    public RetrySchedule(params ReadOnlySpan<TimeSpan> delays)
    {
        _delays = new EquatableList<TimeSpan>(delays);
    }

    /// <summary>The wait after the first failed try, after the second, and so on. Copied when set.</summary>
    public IReadOnlyList<TimeSpan> Delays
    {
        get => _delays;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _delays = EquatableList<TimeSpan>.From(value);
        }
    }

    /// <summary>
    /// The share of a wait by which it may come out shorter or longer, so that deliveries that failed together do not return together.
    /// From 0 to 0.5; default 0.10, that is ±10 %.
    /// </summary>
    public double Jitter { get; init; } = DefaultJitter;

    /// <summary>How often a delivery is tried before it is exhausted, the first try included.</summary>
    public int MaximumTries => _delays.Count + 1;

    /// <summary>
    /// How long to wait before the next try, or null when there is none. The same arguments always give the same answer.
    /// </summary>
    /// <param name="failedTries">How many tries have failed so far, this one included: 1 or more.</param>
    /// <param name="jitterSample">A random number from 0 to 1: 0 gives the shortest wait, 0.5 the scheduled one, 1 the longest.</param>
    /// <param name="retryAfter">
    /// What the receiver asked for by <c>Retry-After</c> (RFC 9110, section 10.2.3), as a wait from now; null if it asked for nothing.
    /// Honoured from the scheduled wait with its jitter up to <see cref="MaximumRetryAfter"/>: it never brings a try forward, and
    /// never shortens a schedule that is longer by itself.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="failedTries"/> is below 1, or <paramref name="jitterSample"/> is not from 0 to 1.
    /// </exception>
    public TimeSpan? DelayAfter(int failedTries, double jitterSample, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failedTries, 1);

        if (jitterSample is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(jitterSample), jitterSample, "A jitter sample lies from 0 to 1.");
        }

        if (failedTries > _delays.Count)
        {
            return null;
        }

        var scheduled = _delays[failedTries - 1] * (1 + (Jitter * ((2 * jitterSample) - 1)));
        var asked = retryAfter is { } wait && wait < MaximumRetryAfter ? wait : MaximumRetryAfter;

        return retryAfter is not null && asked > scheduled ? asked : scheduled;
    }

    /// <summary>What is wrong with the schedule, each with values and cure; empty when nothing is.</summary>
    internal IEnumerable<string> Problems()
    {
        if (_delays.Count > MaximumDelays)
        {
            yield return $"Retries.Delays has {_delays.Count} waits; at most {MaximumDelays} are allowed.";
        }

        for (var i = 0; i < _delays.Count; i++)
        {
            if (_delays[i] <= TimeSpan.Zero || _delays[i] > MaximumDelay)
            {
                yield return $"Retries.Delays[{i}] is {_delays[i]}; a wait is more than zero and at most {MaximumDelay}.";
            }
        }

        if (Jitter is not (>= 0 and <= MaximumJitter))
        {
            yield return FormattableString.Invariant(
                $"Retries.Jitter is {Jitter}; it lies from 0 to {MaximumJitter}, as a share of the wait (0.1 for ±10 %).");
        }
    }
}
