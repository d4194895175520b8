using System.Globalization;

namespace Outbox.Signing;

/// <summary>The small things that are signed beside the body: the id and the timestamp, as a request claims them.</summary>
internal static class SignedFields
{
    // Seconds have ten digits until the year 2286.
    private const int MaximumTimestampDigits = 11;
    private const int MaximumIdLength = 256;

    /// <summary>Reads the id, or says why the request is refused.</summary>
    public static WebhookVerification? RefuseId(string header, string? value, out string id)
    {
        id = value ?? "";

        if (value is null)
        {
            return WebhookVerification.Refuse(
                WebhookVerificationFailure.MissingId, $"The request has no header {header}, which is part of what is signed.");
        }

        // With a brace in the id, the border between id, time and body could be moved without changing the bytes that are signed.
        return id.Length is 0 or > MaximumIdLength || id.Contains('{', StringComparison.Ordinal)
            || id.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? WebhookVerification.Refuse(
                WebhookVerificationFailure.MalformedId,
                $"The header {header} is not an id: 1 to {MaximumIdLength} visible ASCII characters without '{{'.")
            : null;
    }

    /// <summary>Reads the timestamp and compares it with the clock, or says why the request is refused.</summary>
    public static WebhookVerification? RefuseTimestamp(
        SignatureScheme scheme, string? text, DateTimeOffset now, TimeSpan replayWindow, out DateTimeOffset? timestamp)
    {
        timestamp = null;
        var place = scheme.TimestampHeader ?? scheme.Header;

        if (text is null)
        {
            return WebhookVerification.Refuse(
                WebhookVerificationFailure.MissingTimestamp, $"The request has no header {place}, which is part of what is signed.");
        }

        if (text.Length is 0 or > MaximumTimestampDigits || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return WebhookVerification.Refuse(
                WebhookVerificationFailure.MalformedTimestamp,
                $"The timestamp in {place} is not a number of whole seconds since 1970 (milliseconds would have 13 digits).");
        }

        timestamp = DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture));
        var age = now - timestamp.Value;

        return age.Duration() > replayWindow
            ? WebhookVerification.Refuse(
                WebhookVerificationFailure.TimestampOutsideWindow,
                FormattableString.Invariant(
                    $"The request says it was sent at {timestamp:u}, {age.Duration():c} {(age < TimeSpan.Zero ? "in the future" : "ago")},")
                + $" and the replay window is {replayWindow:c}. If it is genuine, set this machine's clock.",
                timestamp)
            : null;
    }
}
