using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Outbox.Cli.Verifying;

/// <summary>The body as it may have been before somebody touched it, and what that somebody did; null for the body as it is.</summary>
internal sealed partial record BodyVariant(byte[] Bytes, string? Mistake)
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What no encoder of .NET leaves alone: characters beyond the basic plane. An escaped backslash is passed over with what follows it.</summary>
    [GeneratedRegex(@"\\\\|(?<pair>\\uD[89AB][0-9A-F]{2}\\uD[C-F][0-9A-F]{2})", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EscapedPair { get; }

    public static IEnumerable<BodyVariant> Of(byte[] body)
    {
        yield return new(body, null);
        if (body.Length == 0)
        {
            yield break;
        }

        if (body[^1] is (byte)'\n' or (byte)'\r' or (byte)' ')
        {
            yield return new(
                body.AsSpan().TrimEnd("\r\n "u8).ToArray(), "A line break or blank was added at the body's end, as editors do. Keep the bytes as they came.");
        }

        if (body.AsSpan().StartsWith(Encoding.UTF8.Preamble))
        {
            yield return new(body[Encoding.UTF8.Preamble.Length..], "A byte order mark was put before the body. Write it without one.");
        }

        if (body.AsSpan().IndexOf("\r\n"u8) >= 0)
        {
            yield return new(
                Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(body).Replace("\r\n", "\n", StringComparison.Ordinal)),
                "Line breaks of the body were turned into CR LF. Handle it as bytes, not as text.");
        }

        if (FromMojibake(body) is { } once)
        {
            yield return new(once, "The body was read as Latin-1 (or Windows-1252) and written as UTF-8. Handle it as bytes, not as text.");
        }

        if (Reprinted(body) is { } compact)
        {
            yield return new(
                compact,
                "The body was parsed and printed again: spaces, line breaks or \\u escapes are not as they were sent. Verify the raw bytes, before any JSON parser "
                + "(Express: express.raw(); Flask: request.get_data(); ASP.NET Core: Request.Body).");
        }
    }

    private static byte[]? FromMojibake(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body);
        return text.Any(c => c is >= '\u0080') && text.All(c => c <= '\u00FF') ? Encoding.Latin1.GetBytes(text) : null;
    }

    private static byte[]? Reprinted(byte[] body)
    {
        try
        {
            var printed = Encoding.UTF8.GetBytes(EscapedPair.Replace(
                JsonNode.Parse(body)?.ToJsonString(Compact) ?? "null", match => match.Groups["pair"].Success ? Regex.Unescape(match.Value) : match.Value));
            return printed.AsSpan().SequenceEqual(body) ? null : printed;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
