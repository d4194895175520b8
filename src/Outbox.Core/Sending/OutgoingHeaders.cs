using System.Buffers;
using System.Collections.Frozen;

namespace Outbox.Sending;

/// <summary>The rules for headers that the host adds to its webhooks (RFC 9110, section 5).</summary>
internal static class OutgoingHeaders
{
    private const int MaxHeaders = 32;
    private const int MaxNameLength = 256;
    private const int MaxValueLength = 4096;

    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // Framing, routing and identity of the request; what proxies act on; and what would leak or forge a trace.
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "Host", "Transfer-Encoding", "Connection", "Keep-Alive", "TE", "Trailer", "Upgrade", "Expect", "Via", "Cookie", "Cookie2",
        "User-Agent", "traceparent", "tracestate", "baggage", "HTTP2-Settings",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] ReservedPrefixes = ["Content-", "Proxy-", "webhook-"];

    /// <summary>Refuses headers that the host may not set.</summary>
    /// <param name="hostHeaders">What the host wants to send with every webhook.</param>
    /// <param name="profileHeaders">Names that profiles set themselves, whatever their letter case.</param>
    /// <exception cref="WebhookValidationException">Field <c>headers</c> or <c>headers.&lt;name&gt;</c>.</exception>
    public static void Validate(IReadOnlyDictionary<string, string> hostHeaders, IReadOnlySet<string> profileHeaders)
    {
        if (hostHeaders.Count > MaxHeaders)
        {
            throw new WebhookValidationException("headers", $"{hostHeaders.Count} headers are too many. Send at most {MaxHeaders}.");
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in hostHeaders)
        {
            ValidateName(name);
            if (IsReserved(name) || profileHeaders.Contains(name))
            {
                throw Wrong(name, $"{name} is set by the sender and cannot be chosen. Use a name of your own, such as X-Acme-Region.");
            }

            if (!seen.Add(name))
            {
                throw Wrong(name, $"{name} is there twice, in different letter case. Header names ignore case; keep one.");
            }

            ValidateValue(name, value);
        }
    }

    /// <summary>Whether a name is the sender's own, or would frame or route the request.</summary>
    public static bool IsReserved(string name)
    {
        if (Reserved.Contains(name))
        {
            return true;
        }

        foreach (var prefix in ReservedPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public static bool IsToken(ReadOnlySpan<char> name) => !name.IsEmpty && !name.ContainsAnyExcept(Token);

    public static bool IsPrintable(ReadOnlySpan<char> value) => !value.ContainsAnyExceptInRange(' ', '~');

    private static void ValidateName(string name)
    {
        if (!IsToken(name))
        {
            throw Wrong(
                SafeText.Clean(name, 64),
                "A header's name is made of letters, digits and !#$%&'*+-.^_`|~, and is not empty (RFC 9110, section 5.6.2).");
        }

        if (name.Length > MaxNameLength)
        {
            throw Wrong(name[..64], $"The header's name has {name.Length} characters. Use at most {MaxNameLength}.");
        }
    }

    private static void ValidateValue(string name, string? value)
    {
        if (value is null || !IsPrintable(value))
        {
            throw Wrong(name, $"The value of {name} may hold printable ASCII only (0x20 to 0x7E): no line breaks, no tabs.");
        }

        if (value.Length > MaxValueLength)
        {
            throw Wrong(name, $"The value of {name} has {value.Length} characters. Use at most {MaxValueLength}.");
        }
    }

    private static WebhookValidationException Wrong(string name, string message) => new("headers." + name, message);
}
