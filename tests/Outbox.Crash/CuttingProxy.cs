using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Outbox.ProviderContract;

namespace Outbox.Crash;

/// <summary>When a connection is cut.</summary>
public enum Cut
{
    /// <summary>The server never sees the request.</summary>
    BeforeRequest,

    /// <summary>The server does what it was asked, and nobody hears of it.</summary>
    BeforeAnswer,
}

/// <summary>A network between a host and its PostgreSQL that cuts connections in the worst moments.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly Task _accepting;
    private volatile Func<ReadOnlyMemory<byte>, Cut?> _cut = _ => null;

    private CuttingProxy(NpgsqlConnectionStringBuilder server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The way to the server through this network.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.ConnectionString)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
    }.ConnectionString;

    public static CuttingProxy To(string connectionString) => new(new NpgsqlConnectionStringBuilder(connectionString));

    /// <summary>Cuts once, at the next request with this text in it.</summary>
    public void CutAt(string text, Cut cut) => _cut = request =>
    {
        if (request.Span.IndexOf(Encoding.UTF8.GetBytes(text)) < 0)
        {
            return null;
        }

        CutNoMore();
        return cut;
    };

    /// <summary>Cuts about one request in so many, from either side.</summary>
    public void CutNowAndThen(Prng chance, int oneIn) => _cut = _ =>
    {
        lock (chance)
        {
            return chance.Below(oneIn) > 0 ? null : (Cut)chance.Below(2);
        }
    };

    public void CutNoMore() => _cut = _ => null;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
        }

        await Task.WhenAll(connections);
    }

    private async Task CarryAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        using (var cut = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(_server.Host!, _server.Port, cut.Token);
                var deaf = false;
                var requests = PumpAsync(client, server, request =>
                {
                    var when = _cut(request);
                    deaf |= when is Cut.BeforeAnswer;
                    return when is not Cut.BeforeRequest;
                });
                var answers = PumpAsync(server, client, _ => !deaf);
                await Task.WhenAny(requests, answers);
                await cut.CancelAsync();
                await Task.WhenAll(requests, answers);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // It was cut, by whomever.
            }

            async Task PumpAsync(TcpClient from, TcpClient to, Func<ReadOnlyMemory<byte>, bool> passes)
            {
                var buffer = new byte[64 * 1024];
                while (await from.GetStream().ReadAsync(buffer, cut.Token) is > 0 and var count && passes(buffer.AsMemory(0, count)))
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count), cut.Token);
                }
            }
        }
    }
}
