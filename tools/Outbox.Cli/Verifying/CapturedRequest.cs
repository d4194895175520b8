using System.Text;

namespace Outbox.Cli.Verifying;

/// <summary>A request as somebody caught it: its headers, and its body byte for byte.</summary>
internal sealed record CapturedRequest(IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Reads a request as it was on the wire: a request line or none, headers, an empty line, the body. Lines may end with LF alone.</summary>
    public static CapturedRequest Parse(byte[] raw)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var at = 0;
        while (at < raw.Length)
        {
            var length = raw.AsSpan(at).IndexOf((byte)'\n');
            if (length < 0)
            {
                throw new WebhookValidationException(
                    "request", "The captured request has no empty line after its headers. Keep it as it was on the wire, or give --header and --body.");
            }

            var line = Encoding.UTF8.GetString(raw, at, length).TrimEnd('\r');
            at += length + 1;
            if (line.Length == 0)
            {
                return new CapturedRequest(headers, raw[at..]);
            }

            if (headers.Count > 0 || !line.Contains(" HTTP/", StringComparison.Ordinal))
            {
                Add(headers, line);
            }
        }

        return new CapturedRequest(headers, []);
    }

    /// <summary>A request of headers written as <c>Name: value</c> and a body.</summary>
    public static CapturedRequest Of(IEnumerable<string> headerLines, byte[] body)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in headerLines)
        {
            Add(headers, line);
        }

        return new CapturedRequest(headers, body);
    }

    private static void Add(Dictionary<string, string> headers, string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            throw new WebhookValidationException("header", $"'{line}' is no header. Write it as 'Name: value'.");
        }

        headers[line[..colon].Trim()] = line[(colon + 1)..].Trim();
    }
}
