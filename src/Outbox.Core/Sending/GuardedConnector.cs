using System.Net;
using System.Net.Sockets;

namespace Outbox.Sending;

/// <summary>Resolves a host name.</summary>
internal delegate ValueTask<IPAddress[]> ResolveName(string host, CancellationToken cancellationToken);

/// <summary>Opens a TCP connection.</summary>
internal delegate ValueTask<Stream> ConnectSocket(IPEndPoint endPoint, CancellationToken cancellationToken);

/// <summary>
/// Opens each connection: resolves once, checks every address, connects to a checked address and never to a name, so that a second
/// resolution cannot answer differently (DNS rebinding).
/// </summary>
internal sealed class GuardedConnector(
    AddressGuard guard,
    WebhookSendingOptions options,
    TimeProvider clock,
    ResolveName? resolve = null,
    ConnectSocket? connect = null)
{
    // A name may carry hundreds of addresses. All are checked; trying a few is enough to get past a dead one.
    private const int MaxTries = 4;

    private readonly ResolveName _resolve = resolve ?? ResolveAsync;
    private readonly ConnectSocket _connect = connect ?? ConnectAsync;

    /// <summary>The handler's <see cref="SocketsHttpHandler.ConnectCallback"/>; its token carries the connect timeout.</summary>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken)
    {
        if (!WebhookUrl.IsAllowedPort(target.Port, options))
        {
            throw new SendFailureException(SendErrorCodes.InvalidUrl, $"Port {target.Port} is not open to webhooks.");
        }

        var addresses = await AddressesAsync(target.Host, cancellationToken);
        if (addresses.Length == 0)
        {
            throw new SendFailureException(SendErrorCodes.Dns, "The host's name resolves to no address.");
        }

        foreach (var address in addresses)
        {
            if (!guard.IsAllowed(address))
            {
                throw new SendFailureException(SendErrorCodes.RefusedAddress, "The host's name does not lead to a public address only.");
            }
        }

        return await ConnectToFirstAsync(addresses, target.Port, cancellationToken);
    }

    private async ValueTask<IPAddress[]> AddressesAsync(string host, CancellationToken cancellationToken)
        => IPAddress.TryParse(host, out var literal) ? [literal] : await _resolve(host, cancellationToken);

    // Each address but the last gets its share of the time, so that one that swallows packets does not hide the next.
    private async ValueTask<Stream> ConnectToFirstAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var tries = Math.Min(addresses.Length, MaxTries);
        for (var i = 0; ; i++)
        {
            var endPoint = new IPEndPoint(addresses[i], port);
            if (i == tries - 1)
            {
                return await _connect(endPoint, cancellationToken);
            }

            using var share = new CancellationTokenSource(options.ConnectTimeout / tries, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, share.Token);
            try
            {
                return await _connect(endPoint, either.Token);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        => await Dns.GetHostAddressesAsync(host, cancellationToken);

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
