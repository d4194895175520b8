using System.Net;
using System.Net.Sockets;

namespace Outbox.LiteDb.Tests;

/// <summary>A port that nobody has, for a listener that cannot choose one itself.</summary>
internal static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
