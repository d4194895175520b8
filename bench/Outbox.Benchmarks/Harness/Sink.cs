using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Outbox.Benchmarks.Harness;

/// <summary>
/// The receiver, in a process of its own: answers each POST at once with an empty 200, a POST to /fail with 500, and one to /hang never. It is
/// as cheap as a receiver can be, so that what is measured is the sender.
/// </summary>
internal static class Sink
{
    public const string Role = "sink";

    private static readonly byte[] Ok = [.. "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8];
    private static readonly byte[] Failure = [.. "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"u8];

    private static readonly ConcurrentQueue<(long Number, long At)> Arrivals = new();
    private static volatile bool _recording;
    private static long _answered;

    public static async Task RunAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4096);
        _ = AcceptAsync(listener);

        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port);
        while (await Console.In.ReadLineAsync() is { } command)
        {
            Console.WriteLine(Answer(command));
        }
    }

    private static string Answer(string command)
    {
        switch (command)
        {
            case "record":
                Arrivals.Clear();
                _recording = true;
                return "recording";
            case "arrivals":
                return string.Join(' ', Arrivals.Select(arrival => string.Create(CultureInfo.InvariantCulture, $"{arrival.Number}:{arrival.At}")));
            case "answered":
                return Interlocked.Exchange(ref _answered, 0).ToString(CultureInfo.InvariantCulture);
            default:
                return "unknown";
        }
    }

    private static async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            var connection = await listener.AcceptAsync();
            connection.NoDelay = true;
            _ = ServeAsync(connection);
        }
    }

    private static async Task ServeAsync(Socket connection)
    {
        using var _ = connection;
        var buffer = new byte[64 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                var read = await connection.ReceiveAsync(buffer.AsMemory(length));
                if (read == 0)
                {
                    return;
                }

                length += read;
                if (TryRead(buffer.AsSpan(0, length), out var answer))
                {
                    length = 0;
                    if (answer is not null)
                    {
                        await connection.SendAsync(answer);
                    }
                }
            }
        }
        catch (SocketException)
        {
            // The sender went away.
        }
    }

    // Senders here wait for the answer before they send the next request, so a buffer never holds more than one.
    private static bool TryRead(ReadOnlySpan<byte> bytes, out byte[]? answer)
    {
        answer = null;
        var headers = bytes.IndexOf("\r\n\r\n"u8) + 4;
        if (headers < 4)
        {
            return false;
        }

        var at = bytes[..headers].IndexOf("Content-Length: "u8);
        if (at < 0 || !Utf8Parser.TryParse(bytes[(at + 16)..], out int content, out var _) || bytes.Length < headers + content)
        {
            return false;
        }

        if (_recording)
        {
            Arrivals.Enqueue((Payload.NumberIn(bytes[headers..]), Timing.Now));
        }

        var path = bytes["POST "u8.Length..];
        answer = path.StartsWith("/hang"u8) ? null : path.StartsWith("/fail"u8) ? Failure : Ok;
        Interlocked.Increment(ref _answered);
        return true;
    }
}

/// <summary>The sink as its parent sees it.</summary>
internal sealed class SinkProcess : IAsyncDisposable
{
    private readonly ChildProcess _child;
    private readonly string _port;

    private SinkProcess(ChildProcess child, string port) => (_child, _port) = (child, port);

    /// <param name="role">Which receiver: <see cref="Sink"/>, or <see cref="VerifyingReceiver"/>, which answers no questions.</param>
    public static async Task<SinkProcess> StartAsync(string role = Sink.Role)
    {
        var child = ChildProcess.Start(role);
        return new SinkProcess(child, await child.ReadAsync());
    }

    public string Url(string path) => $"http://127.0.0.1:{_port}/{path}";

    public Task RecordAsync() => _child.AskAsync("record");

    /// <summary>How many requests came since the last time this was asked.</summary>
    public async Task<long> AnsweredAsync() => long.Parse(await _child.AskAsync("answered"), CultureInfo.InvariantCulture);

    /// <summary>When each numbered payload came, at first, since <see cref="RecordAsync"/>.</summary>
    public async Task<Dictionary<long, long>> ArrivalsAsync()
    {
        var arrivals = new Dictionary<long, long>();
        foreach (var arrival in (await _child.AskAsync("arrivals")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = arrival.IndexOf(':', StringComparison.Ordinal);
            arrivals.TryAdd(long.Parse(arrival.AsSpan(0, colon), CultureInfo.InvariantCulture), long.Parse(arrival.AsSpan(colon + 1), CultureInfo.InvariantCulture));
        }

        return arrivals;
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
