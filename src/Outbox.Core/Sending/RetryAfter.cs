using System.Globalization;

namespace Outbox.Sending;

/// <summary>Reads a Retry-After header (RFC 9110, section 10.2.3): seconds, or one of the three forms of an HTTP date.</summary>
internal static class RetryAfter
{
    /// <summary>Far beyond what any schedule waits, and small enough to add to any date.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    private static readonly string[] HttpDates =
        ["ddd, dd MMM yyyy HH:mm:ss 'GMT'", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    public static TimeSpan? Parse(string? value, DateTimeOffset now)
    {
        var text = value.AsSpan().Trim(" \t");
        if (text.IsEmpty)
        {
            return null;
        }

        if (Seconds(text) is { } seconds)
        {
            return seconds;
        }

        const DateTimeStyles Style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite;
        return DateTimeOffset.TryParseExact(text, HttpDates, CultureInfo.InvariantCulture, Style, out var at)
            ? Clamp(at - now)
            : null;
    }

    // By digits rather than by int.Parse: a number too large for any type is still a number, and means "very late".
    private static TimeSpan? Seconds(ReadOnlySpan<char> text)
    {
        var negative = text[0] == '-';
        var digits = negative ? text[1..] : text;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        if (negative)
        {
            return TimeSpan.Zero;
        }

        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? Clamp(TimeSpan.FromSeconds(seconds))
            : Longest;
    }

    private static TimeSpan Clamp(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
}
