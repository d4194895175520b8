using System.Net;
using System.Net.NetworkInformation;

namespace Outbox.Sending;

/// <summary>The addresses of this machine's network interfaces, read again when the last reading is half a minute old.</summary>
internal sealed class OwnAddresses(TimeProvider clock, Func<IEnumerable<IPAddress>> read)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private Reading? _last;

    public static OwnAddresses OfThisMachine(TimeProvider clock) => new(clock, ReadInterfaces);

    public bool Contains(IPAddress address)
    {
        var last = _last;
        if (last is null || clock.GetElapsedTime(last.At) >= Fresh)
        {
            _last = last = new Reading(clock.GetTimestamp(), Read(last));
        }

        return last.Addresses.Contains(address);
    }

    // An unreadable interface table must not stop all sending: the built-in ranges still hold, and what was known stays refused.
    private HashSet<IPAddress> Read(Reading? last)
    {
        try
        {
            return [.. read()];
        }
        catch (NetworkInformationException)
        {
            return last?.Addresses ?? [];
        }
    }

    private static IEnumerable<IPAddress> ReadInterfaces()
    {
        foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
        {
            foreach (var unicast in network.GetIPProperties().UnicastAddresses)
            {
                yield return unicast.Address;
            }
        }
    }

    private sealed record Reading(long At, HashSet<IPAddress> Addresses);
}
