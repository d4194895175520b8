using System.Net;
using System.Net.Sockets;

namespace Outbox.Sending;

/// <summary>
/// IPv4 addresses inside an IPv6 address, each of which a gateway may forward to: IPv4-compatible and -translated (RFC 4291, 2765),
/// NAT64 (RFC 6052, 8215), 6to4 (RFC 3056), Teredo (RFC 4380), ISATAP (RFC 5214). IPv4-mapped addresses are unwrapped before.
/// </summary>
internal static class EmbeddedIPv4
{
    public static List<IPAddress> In(IPAddress address)
    {
        List<IPAddress> found = [];
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return found;
        }

        Span<byte> b = stackalloc byte[16];
        address.TryWriteBytes(b, out _);

        if (Starts(b, 0, 0x00, 0x64, 0xff, 0x9b) && !b[4..12].ContainsAnyExcept((byte)0))
        {
            found.Add(new IPAddress(b[12..]));
        }
        else if (Starts(b, 0, 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01))
        {
            AddNat64Local(b, found);
        }
        else if (Starts(b, 0, 0x20, 0x02))
        {
            found.Add(new IPAddress(b[2..6]));
        }
        else if (Starts(b, 0, 0x20, 0x01, 0x00, 0x00))
        {
            found.Add(new IPAddress(b[4..8]));
            found.Add(new IPAddress([(byte)~b[12], (byte)~b[13], (byte)~b[14], (byte)~b[15]]));
        }
        else if (!b[..8].ContainsAnyExcept((byte)0) && Starts(b, 8, 0xff, 0xff, 0x00, 0x00))
        {
            found.Add(new IPAddress(b[12..]));
        }
        else if (!b[..12].ContainsAnyExcept((byte)0) && b[12..14].ContainsAnyExcept((byte)0))
        {
            found.Add(new IPAddress(b[12..]));
        }

        if ((b[8] is 0x00 or 0x02) && Starts(b, 9, 0x00, 0x5e, 0xfe))
        {
            found.Add(new IPAddress(b[12..]));
        }

        return found;
    }

    // Each operator of 64:ff9b:1::/48 chooses how long the translator's prefix is, and with it where the IPv4 address is (RFC 6052, section 2.2).
    // Two are told apart by the zeros that must stand beside it: a /96 puts it last, a /48 around bits 64 to 71. When both say something, both
    // must be fit to send to. Where neither is plain, the address may hold anything, and nothing is what passes.
    private static void AddNat64Local(ReadOnlySpan<byte> b, List<IPAddress> found)
    {
        var isLast = !b[8..12].ContainsAnyExcept((byte)0);
        if (!isLast && (b[8] != 0 || b[11..].ContainsAnyExcept((byte)0)))
        {
            found.Add(IPAddress.Any);
            return;
        }

        if (isLast && b[12..].ContainsAnyExcept((byte)0))
        {
            found.Add(new IPAddress(b[12..]));
        }

        if (b[6..8].ContainsAnyExcept((byte)0) || !isLast || found.Count == 0)
        {
            found.Add(new IPAddress([b[6], b[7], b[9], b[10]]));
        }
    }

    private static bool Starts(ReadOnlySpan<byte> bytes, int at, params ReadOnlySpan<byte> prefix) => bytes[at..].StartsWith(prefix);
}
