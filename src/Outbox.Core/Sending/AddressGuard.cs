using System.Net;

namespace Outbox.Sending;

/// <summary>
/// Says whether a webhook may be sent to an address. The operator's refusals win, then the operator's permissions, then the built-in
/// rule: public addresses that are not this machine's own. An embedded IPv4 address must pass by itself too.
/// </summary>
internal sealed class AddressGuard(WebhookSendingOptions options, OwnAddresses? own = null)
{
    private readonly IPNetwork[] _allowed = [.. options.AllowedNetworks];
    private readonly IPNetwork[] _refused = [.. options.RefusedNetworks];
    private readonly bool _allowLoopback = options.AllowLocalReceivers;

    public bool IsAllowed(IPAddress address)
    {
        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && address.ScopeId != 0)
        {
            return false;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (!Passes(address))
        {
            return false;
        }

        foreach (var embedded in EmbeddedIPv4.In(address))
        {
            if (!Passes(embedded))
            {
                return false;
            }
        }

        return true;
    }

    private bool Passes(IPAddress address)
    {
        if (PublicAddresses.Any(_refused, address))
        {
            return false;
        }

        return PublicAddresses.Any(_allowed, address)
            || (_allowLoopback && IPAddress.IsLoopback(address))
            || (PublicAddresses.Contains(address) && own?.Contains(address) != true);
    }
}
