using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Outbox.Tests.Sending;

/// <summary>A TCP server on loopback that answers each connection with whatever bytes, and whatever pauses, a test wants.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Connection, Task> _serve;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly ConcurrentBag<Task> _running = [];
    private readonly Task _accepting;
    private int _connections;

    public HostileServer(Func<Connection, Task> serve, SslServerAuthenticationOptions? tls = null, IPAddress? address = null)
    {
        _serve = serve;
        _tls = tls;
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _listener.Start(512);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Every complete request, in the order of arrival.</summary>
    public ConcurrentQueue<Request> Requests { get; } = [];

    /// <summary>Answers each request on a connection with the same bytes and keeps the connection open.</summary>
    public static HostileServer Answering(string response, SslServerAuthenticationOptions? tls = null) => new(
        async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                await connection.WriteAsync(response);
            }
        },
        tls);

    /// <summary>Answers the first request with these bytes and closes.</summary>
    public static HostileServer AnsweringOnce(string response) => AnsweringOnce(Encoding.Latin1.GetBytes(response));

    public static HostileServer AnsweringOnce(byte[] response) => new(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.WriteAsync(response);
    });

    public Uri Url(string host = "127.0.0.1", string path = "/hook", string scheme = "http") => new($"{scheme}://{host}:{Port}{path}");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_running);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _running.Add(ServeAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                Stream stream = client.GetStream();
                if (_tls is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(_tls, _stop.Token);
                    stream = secure;
                }

                await _serve(new Connection(this, stream, _stop.Token));
            }
            catch (Exception exception) when (exception
                is IOException or OperationCanceledException or AuthenticationException or SocketException)
            {
                // The client went away, as clients of a hostile server do.
            }
        }
    }

    internal sealed record Request(string Line, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
    {
        public string? this[string name]
            => Headers.FirstOrDefault(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)).Value;
    }

    internal sealed class Connection(HostileServer server, Stream stream, CancellationToken stop)
    {
        private byte[] _unread = [];

        public CancellationToken Stop => stop;

        public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

        public async Task WriteAsync(byte[] bytes) => await stream.WriteAsync(bytes, stop);

        /// <summary>Waits until the client has closed its side.</summary>
        public async Task UntilClosedAsync()
        {
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, stop) > 0)
            {
            }
        }

        /// <summary>Reads one request with its Content-Length body; null when the client closed.</summary>
        public async Task<Request?> ReadRequestAsync()
        {
            var head = await ReadToAsync("\r\n\r\n"u8.ToArray());
            if (head is null)
            {
                return null;
            }

            var lines = Encoding.Latin1.GetString(head).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1])).ToList();
            var request = new Request(lines[0], headers, []);
            var length = int.Parse(request["Content-Length"] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            request = request with { Body = await ReadExactlyAsync(length) };
            server.Requests.Enqueue(request);
            return request;
        }

        private async Task<byte[]?> ReadToAsync(byte[] end)
        {
            while (true)
            {
                var at = _unread.AsSpan().IndexOf(end);
                if (at >= 0)
                {
                    return Take(at + end.Length);
                }

                if (!await MoreAsync())
                {
                    return null;
                }
            }
        }

        private async Task<byte[]> ReadExactlyAsync(int length)
        {
            while (_unread.Length < length && await MoreAsync())
            {
            }

            return Take(length);
        }

        private async Task<bool> MoreAsync()
        {
            var buffer = new byte[8192];
            var count = await stream.ReadAsync(buffer, stop);
            _unread = [.. _unread, .. buffer.AsSpan(0, count)];
            return count > 0;
        }

        private byte[] Take(int count)
        {
            var taken = _unread[..count];
            _unread = _unread[count..];
            return taken;
        }
    }
}
