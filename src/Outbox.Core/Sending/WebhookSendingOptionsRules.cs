using System.Net;

namespace Outbox.Sending;

/// <summary>What is wrong with the options, said at start-up with the values and the cure.</summary>
internal static class WebhookSendingOptionsRules
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);
    private const int LargestExcerpt = 1024 * 1024;

    public static IEnumerable<string> Problems(WebhookSendingOptions options)
    {
        if (options.AllowedPorts.Count == 0)
        {
            yield return "Sending.AllowedPorts is empty, so nothing could be sent. Add 443.";
        }

        foreach (var port in options.AllowedPorts)
        {
            if (port is < 1 or > 65535)
            {
                yield return $"Sending.AllowedPorts contains {port}. A port is a number from 1 to 65535.";
            }
        }

        foreach (var network in options.AllowedNetworks)
        {
            if (network.PrefixLength == 0)
            {
                yield return $"Sending.AllowedNetworks contains {network}, which switches the address check off. "
                    + "List the networks that you need.";
            }

            if (options.RefusedNetworks.Contains(network))
            {
                yield return $"{network} is in both Sending.AllowedNetworks and Sending.RefusedNetworks, and the refusal wins. "
                    + "Remove it from one.";
            }
        }

        foreach (var network in options.AllowedNetworks.Concat(options.RefusedNetworks))
        {
            if (network.BaseAddress.IsIPv4MappedToIPv6)
            {
                yield return $"{network} is a network of IPv4-mapped addresses, which are judged as IPv4 addresses, so it would match nothing. "
                    + $"Write it as {network.BaseAddress.MapToIPv4()}/{Math.Max(network.PrefixLength - 96, 0)}.";
            }
        }

        if (OutOfRange(options.ConnectTimeout))
        {
            yield return Timeout(nameof(options.ConnectTimeout), options.ConnectTimeout, "5 seconds");
        }

        if (OutOfRange(options.BodyTimeout))
        {
            yield return Timeout(nameof(options.BodyTimeout), options.BodyTimeout, "2 seconds");
        }

        if (options.MaxExcerptBytes is < 0 or > LargestExcerpt)
        {
            yield return $"Sending.MaxExcerptBytes is {options.MaxExcerptBytes}. "
                + $"Choose 0 (keep nothing) to {LargestExcerpt}; the default is 16384.";
        }

        if (string.IsNullOrWhiteSpace(options.UserAgent) || options.UserAgent.Length > 256
            || !OutgoingHeaders.IsPrintable(options.UserAgent))
        {
            yield return $"Sending.UserAgent is \"{SafeText.Clean(options.UserAgent, 256)}\". "
                + "It must be 1 to 256 printable ASCII characters, such as \"Acme-Webhooks/1.0\".";
        }

        if (options.AllowLocalReceiversOutsideDevelopment && !options.AllowLocalReceivers)
        {
            yield return "Sending.AllowLocalReceiversOutsideDevelopment is true but Sending.AllowLocalReceivers is false, "
                + "so it does nothing. Remove it, or set both.";
        }
    }

    private static bool OutOfRange(TimeSpan timeout) => timeout <= TimeSpan.Zero || timeout > LongestTimeout;

    private static string Timeout(string name, TimeSpan value, string usual)
        => $"Sending.{name} is {value}. Choose more than zero and at most {LongestTimeout}; the default is {usual}.";
}
