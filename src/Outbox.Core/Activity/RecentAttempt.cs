using System.Globalization;

namespace Outbox.Activity;

/// <summary>One of an endpoint's last attempts, in the few characters that a strip of them needs.</summary>
/// <param name="At">When it began.</param>
/// <param name="Delivered">Whether it was accepted.</param>
/// <param name="StatusCode">The answer's status code, or null.</param>
/// <param name="Duration">How long it took.</param>
public sealed record RecentAttempt(DateTimeOffset At, bool Delivered, int? StatusCode, TimeSpan Duration)
{
    /// <summary>How many are kept for each endpoint.</summary>
    public const int Kept = 30;

    /// <summary>The length of one in text form: the same for each, so that a store adds and cuts off by counting characters.</summary>
    public const int TextLength = 24;

    /// <summary>The text form of a strip, newest first.</summary>
    /// <param name="oldestFirst">The attempts, oldest first.</param>
    public static string Text(IEnumerable<RecentAttempt> oldestFirst)
    {
        ArgumentNullException.ThrowIfNull(oldestFirst);
        return string.Concat(oldestFirst.Reverse().Take(Kept).Select(attempt => attempt.Text()));
    }

    /// <summary>Reads a strip's text form; oldest first.</summary>
    public static IReadOnlyList<RecentAttempt> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var attempts = new List<RecentAttempt>(text.Length / TextLength);
        for (var i = 0; i + TextLength <= text.Length; i += TextLength)
        {
            attempts.Insert(0, ParseOne(text.AsSpan(i, TextLength)));
        }

        return attempts;
    }

    private string Text()
    {
        var milliseconds = Math.Clamp((long)Duration.TotalMilliseconds, 0, 0xFF_FFFF);
        return string.Create(
            CultureInfo.InvariantCulture, $"{At.ToUnixTimeMilliseconds():x12}{StatusCode ?? 0:d3}{milliseconds:x8}{(Delivered ? '+' : '-')}");
    }

    private static RecentAttempt ParseOne(ReadOnlySpan<char> text)
    {
        var at = long.Parse(text[..12], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var status = int.Parse(text[12..15], NumberStyles.None, CultureInfo.InvariantCulture);
        var duration = long.Parse(text[15..23], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return new RecentAttempt(
            DateTimeOffset.FromUnixTimeMilliseconds(at), text[23] == '+', status == 0 ? null : status, TimeSpan.FromMilliseconds(duration));
    }
}
