using System.Net;
using System.Net.Sockets;
using Outbox.Sending;
using Outbox.Testing;

namespace Outbox.Tests.Sending;

public sealed class ConnectingTests : IDisposable
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private static readonly Uri Url = new("http://receiver.example:8080/secret-path?secret-query");
    private readonly SendingBench _bench = new();
    private readonly List<IPEndPoint> _tried = [];

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("8.8.8.8", "10.0.0.1")]
    [InlineData("10.0.0.1", "8.8.8.8")]
    [InlineData("8.8.8.8", "1.1.1.1", "9.9.9.9", "4.4.4.4", "4.2.2.2", "192.168.0.1")]
    [InlineData("8.8.8.8", "::ffff:10.0.0.1")]
    [InlineData("8.8.8.8", "64:ff9b::10.0.0.1")]
    [InlineData("2606:4700::1111", "fe80::1%2")]
    public async Task One_bad_address_fails_the_attempt_before_any_connection(params string[] addresses)
    {
        ResolvesTo(addresses);
        RecordConnections();

        var response = await _bench.SendAsync(Url);

        Assert.Equal(SendErrorCodes.RefusedAddress, response.ErrorCode);
        Assert.Empty(_tried);
        Assert.All(addresses, address => Assert.DoesNotContain(address, response.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_answer_is_the_same_for_private_and_for_refused_addresses()
    {
        _bench.Options.RefusedNetworks.Add(IPNetwork.Parse("8.8.8.0/24"));
        ResolvesTo("10.0.0.1");
        var forPrivate = await _bench.SendAsync(Url);
        ResolvesTo("8.8.8.8");
        using var other = new SendingBench { Resolve = _bench.Resolve };
        other.Options.RefusedNetworks.Add(IPNetwork.Parse("8.8.8.0/24"));
        var forRefused = await other.SendAsync(Url);

        Assert.Equal(forPrivate with { Duration = default }, forRefused with { Duration = default });
    }

    [Fact]
    public async Task The_name_is_resolved_once_and_never_connected_to()
    {
        await using var server = HostileServer.Answering(Answer);
        var resolved = 0;
        _bench.Resolve = (_, _) => new(Interlocked.Increment(ref resolved) == 1 ? [IPAddress.Loopback] : [IPAddress.Parse("10.0.0.1")]);

        var response = await _bench.SendAsync(server.Url("rebinding.example"));

        Assert.Equal(200, response.StatusCode);
        Assert.Equal(1, resolved);
    }

    [Fact]
    public async Task A_pooled_connection_lives_for_two_minutes_at_most_and_then_the_name_is_resolved_and_checked_again()
    {
        Assert.InRange(_bench.Handler.PooledConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        using var hasty = new SendingBench();
        await using var server = HostileServer.Answering(Answer);
        var resolved = 0;
        hasty.Resolve = (_, _) => new(Interlocked.Increment(ref resolved) == 1 ? [IPAddress.Loopback] : [IPAddress.Parse("10.0.0.1")]);
        hasty.Handler.PooledConnectionLifetime = TimeSpan.FromMilliseconds(50);

        var first = await hasty.SendAsync(server.Url("rebinding.example"));
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        var second = await hasty.SendAsync(server.Url("rebinding.example"));

        Assert.Equal((200, SendErrorCodes.RefusedAddress), (first.StatusCode, second.ErrorCode));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_name_the_connection_and_the_handshake_share_one_limit()
    {
        _bench.Options.ConnectTimeout = TimeSpan.FromSeconds(6);
        _bench.Resolve = async (_, token) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, token);
            return [IPAddress.Loopback];
        };
        await using var silent = new HostileServer(connection => connection.UntilClosedAsync());

        var response = await _bench.SendAsync(silent.Url("receiver.example", scheme: "https"));

        Assert.Equal(SendErrorCodes.ConnectTimeout, response.ErrorCode);
        Assert.InRange(response.Duration, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10.5));
    }

    [Fact]
    public async Task A_url_with_an_address_is_checked_without_resolution()
    {
        _bench.Resolve = (_, _) => throw new InvalidOperationException("not to be called");
        RecordConnections();

        foreach (var host in new[] { "10.0.0.1", "[fd00::1]", "[::ffff:169.254.169.254]", "192.168.1.1" })
        {
            Assert.Equal(SendErrorCodes.RefusedAddress, (await _bench.SendAsync(new Uri($"http://{host}/"))).ErrorCode);
        }

        Assert.Empty(_tried);
    }

    [Fact]
    public async Task An_ipv6_literal_is_connected_to()
    {
        await using var server = new HostileServer(
            async connection =>
            {
                await connection.ReadRequestAsync();
                await connection.WriteAsync(Answer);
            },
            address: IPAddress.IPv6Loopback);

        Assert.Equal(200, (await _bench.SendAsync(server.Url("[::1]"))).StatusCode);
    }

    [Fact]
    public async Task A_dead_address_does_not_hide_the_next()
    {
        ResolvesTo("8.8.8.8", "9.9.9.9", "1.1.1.1");
        await using var server = HostileServer.Answering(Answer);
        var clock = new TestClock();
        _bench.Clock = clock;
        _bench.Connect = async (endPoint, token) =>
        {
            _tried.Add(endPoint);
            if (_tried.Count == 1)
            {
                throw new SocketException((int)SocketError.ConnectionRefused);
            }

            if (_tried.Count == 2)
            {
                clock.Advance(_bench.Options.ConnectTimeout / 3);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }

            return await LoopbackAsync(server.Port, token);
        };

        var response = await _bench.SendAsync(Url);

        Assert.Equal(200, response.StatusCode);
        Assert.Equal("8.8.8.8:8080 9.9.9.9:8080 1.1.1.1:8080", string.Join(' ', _tried));
    }

    [Fact]
    public async Task No_more_than_four_addresses_are_tried()
    {
        ResolvesTo([.. Enumerable.Range(1, 50).Select(i => $"8.8.8.{i}")]);
        RecordConnections();

        var response = await _bench.SendAsync(Url);

        Assert.Equal(SendErrorCodes.Connect, response.ErrorCode);
        Assert.Equal(4, _tried.Count);
    }

    [Fact]
    public async Task A_name_without_addresses_is_a_dns_failure()
    {
        ResolvesTo();

        Assert.Equal(SendErrorCodes.Dns, (await _bench.SendAsync(Url)).ErrorCode);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound)]
    [InlineData(SocketError.NoData)]
    [InlineData(SocketError.TryAgain)]
    public async Task A_name_that_does_not_resolve_is_a_dns_failure(SocketError error)
    {
        _bench.Resolve = (_, _) => throw new SocketException((int)error);

        Assert.Equal(SendErrorCodes.Dns, (await _bench.SendAsync(Url)).ErrorCode);
    }

    [Fact]
    public async Task A_resolver_that_hangs_ends_at_the_connect_timeout()
    {
        _bench.Options.ConnectTimeout = TimeSpan.FromMilliseconds(150);
        _bench.Resolve = async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return [];
        };

        Assert.Equal(SendErrorCodes.ConnectTimeout, (await _bench.SendAsync(Url)).ErrorCode);
    }

    [Fact]
    public async Task A_closed_port_is_a_connect_failure_that_names_no_address()
    {
        await using var server = HostileServer.Answering(Answer);
        var url = server.Url("receiver.example", "/secret-path?secret-query");
        await server.StopAsync();

        var response = await _bench.SendAsync(url);

        Assert.Equal(SendErrorCodes.Connect, response.ErrorCode);
        Assert.Equal("The host accepts no connection (ConnectionRefused).", response.Detail);
    }

    [Fact]
    public async Task A_stored_url_is_judged_by_the_rules_of_today()
    {
        using var strict = new SendingBench();
        strict.Options.AllowLocalReceivers = false;

        Assert.Equal(SendErrorCodes.InvalidUrl, (await strict.SendAsync(new Uri("http://receiver.example/"))).ErrorCode);
        Assert.Equal(SendErrorCodes.InvalidUrl, (await strict.SendAsync(new Uri("http://receiver.example:443/"))).ErrorCode);
        Assert.Equal(SendErrorCodes.InvalidUrl, (await strict.SendAsync(new Uri("https://receiver.example:8443/"))).ErrorCode);
        Assert.Equal(SendErrorCodes.RefusedAddress, (await strict.SendAsync(new Uri("https://receiver.example/"))).ErrorCode);
    }

    [Fact]
    public async Task A_port_is_checked_at_the_connection_too()
    {
        var options = new WebhookSendingOptions();
        var connector = new GuardedConnector(
            new AddressGuard(options), options, TimeProvider.System, (_, _) => throw new InvalidOperationException("not to be called"));

        var refused = await Assert.ThrowsAsync<SendFailureException>(
            async () => await connector.ConnectAsync(new DnsEndPoint("receiver.example", 22), CancellationToken.None));

        Assert.Equal(SendErrorCodes.InvalidUrl, refused.Code);
    }

    private void ResolvesTo(params string[] addresses) => _bench.Resolve = (_, _) => new(Array.ConvertAll(addresses, IPAddress.Parse));

    private void RecordConnections() => _bench.Connect = (endPoint, _) =>
    {
        _tried.Add(endPoint);
        throw new SocketException((int)SocketError.ConnectionRefused);
    };

    private static async Task<Stream> LoopbackAsync(int port, CancellationToken token)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, token);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
