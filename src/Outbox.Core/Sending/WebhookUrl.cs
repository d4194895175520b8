using System.Net;
using System.Text;

namespace Outbox.Sending;

/// <summary>
/// The rules for a URL that a customer registers. This is the fast answer; the truth about a name is found at each connection. Messages
/// name host and port at most: a path may be a secret.
/// </summary>
internal static class WebhookUrl
{
    public const int MaxLength = 2048;
    private const string Field = "url";

    /// <summary>Checks <paramref name="raw"/> and returns its canonical form, which is what to store.</summary>
    /// <exception cref="WebhookValidationException">Field <c>url</c>.</exception>
    public static Uri Parse(string raw, WebhookSendingOptions options)
    {
        CheckRaw(raw);
        var authority = Authority(raw, options);
        if (!Uri.TryCreate(raw, UriKind.Absolute, out var uri))
        {
            throw Wrong("This is not a URL. Write it like https://hooks.example.com/path.");
        }

        var host = CanonicalHost(uri, authority, options);
        CheckPort(uri, options);

        var port = uri.IsDefaultPort ? "" : ":" + uri.Port;
        var canonical = $"{uri.Scheme}://{host}{port}{uri.PathAndQuery}";
        if (canonical.Length > MaxLength)
        {
            throw Wrong($"The URL has {canonical.Length} characters in its escaped form. Use at most {MaxLength}.");
        }

        return new Uri(canonical);
    }

    private static void CheckRaw(string raw)
    {
        if (string.IsNullOrEmpty(raw))
        {
            throw Wrong("The URL is empty. Write it like https://hooks.example.com/path.");
        }

        if (raw.Length > MaxLength)
        {
            throw Wrong($"The URL has {raw.Length} characters. Use at most {MaxLength}.");
        }

        // Enumerating runes turns a lone surrogate into U+FFFD, which nobody writes on purpose.
        foreach (var rune in raw.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) || rune == Rune.ReplacementChar)
            {
                throw Wrong("The URL contains a space, a control character or broken Unicode. Remove it, or write it as %20.");
            }

            if (rune.Value == '\\')
            {
                throw Wrong("The URL contains a backslash. Write / instead.");
            }

            if (rune.Value == '#')
            {
                throw Wrong("The URL has a fragment (#…), which is never sent. Remove it.");
            }
        }
    }

    // Read from the raw string, because System.Uri normalises away what is to be refused here.
    private static ReadOnlySpan<char> Authority(string raw, WebhookSendingOptions options)
    {
        int start;
        if (raw.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            start = "https://".Length;
        }
        else if (options.AllowLocalReceivers && raw.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            start = "http://".Length;
        }
        else
        {
            throw Wrong("The URL must start with https://.");
        }

        var rest = raw.AsSpan(start);
        var end = rest.IndexOfAny('/', '?');
        var authority = end < 0 ? rest : rest[..end];
        if (authority.Contains('@'))
        {
            throw Wrong("The URL holds a user name or password before an @. Remove it; deliveries are signed instead.");
        }

        if (authority.Contains('%'))
        {
            throw Wrong("The host contains a %. Write it without escapes and without a scope id.");
        }

        return authority;
    }

    private static string CanonicalHost(Uri uri, ReadOnlySpan<char> authority, WebhookSendingOptions options)
    {
        if (uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6)
        {
            return Literal(IPAddress.Parse(uri.IdnHost), options);
        }

        var host = HostName.ToAscii(HostPart(authority));
        if (host is null)
        {
            throw Wrong("The host is not a DNS name of letters, digits and hyphens. Write it like hooks.example.com.");
        }

        // What looked like a name may have become an address: full-width digits, ideographic dots, a trailing dot.
        if (IPAddress.TryParse(host, out var address))
        {
            return Literal(address, options);
        }

        if (HostName.Problem(host, options.AllowLocalReceivers) is { } problem)
        {
            throw Wrong(problem);
        }

        return host;
    }

    private static ReadOnlySpan<char> HostPart(ReadOnlySpan<char> authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon < 0 ? authority : authority[..colon];
    }

    private static string Literal(IPAddress address, WebhookSendingOptions options)
    {
        if (!options.AllowIpLiterals && !options.AllowLocalReceivers)
        {
            throw Wrong($"The host {address} is an IP address. Use a DNS name, like hooks.example.com.");
        }

        if (!new AddressGuard(options).IsAllowed(address))
        {
            throw Wrong($"The host {address} is an address that webhooks may not be sent to. Use a public one.");
        }

        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
    }

    private static void CheckPort(Uri uri, WebhookSendingOptions options)
    {
        if (!IsAllowedPort(uri.Port, options))
        {
            throw Wrong($"Port {uri.Port} is not open to webhooks. Use {string.Join(" or ", options.AllowedPorts.Order())}.");
        }
    }

    public static bool IsAllowedPort(int port, WebhookSendingOptions options)
        => port > 0 && (options.AllowLocalReceivers || options.AllowedPorts.Contains(port));

    public static bool IsAllowedScheme(string scheme, WebhookSendingOptions options)
        => scheme is "https" || (scheme is "http" && options.AllowLocalReceivers);

    private static WebhookValidationException Wrong(string message) => new(Field, message);
}
