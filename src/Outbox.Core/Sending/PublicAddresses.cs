using System.Net;
using System.Net.Sockets;

namespace Outbox.Sending;

/// <summary>
/// Which addresses are on the public internet, by IANA's special-purpose registries (RFC 6890 and its successors). Anything that is not
/// plainly global unicast is refused, among it some ranges that the registries call global but that only ever reach infrastructure.
/// </summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] RefusedV4 = Parse(
        "0.0.0.0/8",          // this network
        "10.0.0.0/8",         // private
        "100.64.0.0/10",      // shared between carriers and their customers
        "127.0.0.0/8",        // loopback
        "168.63.129.16/32",   // Azure's host agent
        "169.254.0.0/16",     // link-local, cloud metadata
        "172.16.0.0/12",      // private
        "192.0.0.0/24",       // protocol assignments
        "192.0.2.0/24",       // documentation
        "192.31.196.0/24",    // AS112
        "192.52.193.0/24",    // AMT
        "192.88.99.0/24",     // 6to4 relays
        "192.168.0.0/16",     // private
        "192.175.48.0/24",    // AS112
        "198.18.0.0/15",      // benchmarks
        "198.51.100.0/24",    // documentation
        "203.0.113.0/24",     // documentation
        "224.0.0.0/4",        // multicast
        "240.0.0.0/4");       // reserved, broadcast

    private static readonly IPNetwork GlobalUnicastV6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] RefusedV6 = Parse(
        "2001::/23",          // protocol assignments, Teredo among them
        "2001:db8::/32",      // documentation
        "2002::/16",          // 6to4
        "2620:4f:8000::/48",  // AS112
        "3fff::/20");         // documentation

    public static bool Contains(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !Any(RefusedV4, address),
        AddressFamily.InterNetworkV6 => GlobalUnicastV6.Contains(address) && !Any(RefusedV6, address),
        _ => false,
    };

    public static bool Any(IPNetwork[] networks, IPAddress address)
    {
        foreach (var network in networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static IPNetwork[] Parse(params string[] networks) => Array.ConvertAll(networks, network => IPNetwork.Parse(network));
}
