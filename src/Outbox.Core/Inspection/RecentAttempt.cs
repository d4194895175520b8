using System.Globalization;
using System.Text;

namespace Outbox.Inspection;

/// <summary>One of an endpoint's last attempts, as a strip of them shows it.</summary>
/// <param name="At">When it began.</param>
/// <param name="Delivered">Whether it was accepted.</param>
/// <param name="StatusCode">The answer's status code, or null.</param>
/// <param name="Error">The error code, or null.</param>
/// <param name="Duration">How long it took, to the millisecond.</param>
public sealed record RecentAttempt(DateTimeOffset At, bool Delivered, int? StatusCode, string? Error, TimeSpan Duration)
{
    /// <summary>How many are kept for each endpoint.</summary>
    public const int Kept = 30;

    /// <summary>The strip with later attempts added, in text form, newest first; what is beyond <see cref="Kept"/> falls off.</summary>
    /// <param name="strip">The strip's text form so far; empty: there is none.</param>
    /// <param name="later">Attempts to add, in any order.</param>
    public static string Add(string strip, IEnumerable<RecentAttempt> later)
    {
        ArgumentNullException.ThrowIfNull(later);
        var text = new StringBuilder();
        foreach (var attempt in Parse(strip).Concat(later).OrderByDescending(attempt => attempt.At).Take(Kept))
        {
            text.Append(CultureInfo.InvariantCulture, $"{attempt.At.ToUnixTimeMilliseconds()},{(attempt.Delivered ? 1 : 0)},{attempt.StatusCode},{attempt.Error},");
            text.Append(CultureInfo.InvariantCulture, $"{(long)attempt.Duration.TotalMilliseconds};");
        }

        return text.ToString();
    }

    /// <summary>Reads a strip's text form; oldest first.</summary>
    public static IReadOnlyList<RecentAttempt> Parse(string strip)
    {
        ArgumentNullException.ThrowIfNull(strip);
        return [.. strip.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(ParseOne).Reverse()];
    }

    private static RecentAttempt ParseOne(string text)
    {
        var parts = text.Split(',');
        return new RecentAttempt(
            DateTimeOffset.FromUnixTimeMilliseconds(Number(parts[0])),
            parts[1] is "1",
            parts[2].Length == 0 ? null : (int)Number(parts[2]),
            parts[3].Length == 0 ? null : parts[3],
            TimeSpan.FromMilliseconds(Number(parts[4])));
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
