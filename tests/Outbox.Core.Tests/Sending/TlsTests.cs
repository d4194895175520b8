using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Outbox.Sending;

namespace Outbox.Tests.Sending;

public sealed class TlsTests : IDisposable
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    private readonly MadeCertificates _made = new();
    private readonly SendingBench _bench;

    public TlsTests() => _bench = new SendingBench { Root = _made.Root };

    public void Dispose()
    {
        _bench.Dispose();
        _made.Dispose();
    }

    [Fact]
    public async Task A_valid_certificate_is_accepted_and_its_connection_reused()
    {
        await using var server = HostileServer.Answering(Answer, _made.Server());

        var first = await SendAsync(server);
        var second = await SendAsync(server);

        Assert.Equal((200, null), (first.StatusCode, first.Detail));
        Assert.Equal((200, null), (second.StatusCode, second.Detail));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public Task A_certificate_for_another_host_is_refused() => Refused(_made.Server(host: "other.example"));

    [Fact]
    public Task An_expired_certificate_is_refused() => Refused(_made.Server(expired: true));

    [Fact]
    public Task A_certificate_for_clients_is_refused() => Refused(_made.Server(use: "1.3.6.1.5.5.7.3.2"));

    [Fact]
    public async Task A_certificate_of_an_unknown_root_is_refused()
    {
        using var strangers = new MadeCertificates();

        await Refused(strangers.Server());
    }

    [Fact]
    public async Task Tls_below_1_2_is_refused_whatever_the_operating_system_would_allow()
    {
#pragma warning disable SYSLIB0039, CA5397 // The old version is what is tested.
        await Refused(_made.Server(protocols: SslProtocols.Tls11));
#pragma warning restore SYSLIB0039, CA5397

        // Most systems refuse it by themselves, so that the connection alone would show nothing.
#pragma warning disable CA5398 // As in the product: a floor is the point.
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, _bench.Handler.SslOptions.EnabledSslProtocols);
#pragma warning restore CA5398
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Tls_1_2_and_1_3_are_spoken(SslProtocols protocols)
    {
        await using var server = HostileServer.Answering(Answer, _made.Server(protocols: protocols));

        Assert.Equal(200, (await SendAsync(server)).StatusCode);
    }

    [Fact]
    public async Task A_server_that_offers_http_2_is_spoken_to_in_http_1_1()
    {
        var tls = _made.Server();
        tls.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        await using var server = HostileServer.Answering(Answer, tls);

        Assert.Equal(200, (await SendAsync(server)).StatusCode);
    }

    [Fact]
    public async Task A_server_that_speaks_no_tls_is_a_tls_failure()
    {
        await using var server = new HostileServer(connection => connection.WriteAsync(Answer));

        Assert.Equal(SendErrorCodes.Tls, (await SendAsync(server)).ErrorCode);
    }

    [Fact]
    public async Task A_handshake_without_end_stops_at_the_connect_timeout()
    {
        _bench.Options.ConnectTimeout = TimeSpan.FromMilliseconds(200);
        await using var server = new HostileServer(connection => connection.UntilClosedAsync());

        var response = await SendAsync(server);

        Assert.Equal(SendErrorCodes.ConnectTimeout, response.ErrorCode);
        Assert.InRange(response.Duration, TimeSpan.FromMilliseconds(150), SendingBench.Patience);
    }

    [Fact]
    public async Task A_certificate_that_names_urls_causes_no_request()
    {
        await using var trap = Trap();
        await using var server = HostileServer.Answering(Answer, Baited(trap));

        var response = await SendAsync(server);

        Assert.Equal(SendErrorCodes.Tls, response.ErrorCode);
        Assert.Equal(0, trap.Connections);
        Assert.InRange(response.Duration, TimeSpan.Zero, SendingBench.Patience);
    }

    [Fact]
    public async Task A_whole_chain_that_names_urls_is_accepted_without_asking_whether_it_was_revoked()
    {
        await using var trap = Trap();
        await using var server = HostileServer.Answering(Answer, Baited(trap, sendIntermediate: true));

        var response = await SendAsync(server);

        Assert.Equal((200, null), (response.StatusCode, response.Detail));
        Assert.Equal(0, trap.Connections);
    }

    [Fact]
    public async Task The_trap_works_the_same_certificate_causes_requests_when_downloads_are_on()
    {
        await using var trap = Trap();
        await using var server = HostileServer.Answering(Answer, Baited(trap));
        _bench.Handler.SslOptions.CertificateChainPolicy!.DisableCertificateDownloads = false;

        await SendAsync(server);

        Assert.NotEqual(0, trap.Connections);
    }

    private SslServerAuthenticationOptions Baited(HostileServer trap, bool sendIntermediate = false)
        => _made.Server(issuerUrl: trap.Url(path: "/").ToString(), sendIntermediate: sendIntermediate);

    // It never hands out the issuer: .NET would keep that in the user's certificate store, for all later runs.
    private static HostileServer Trap() => HostileServer.AnsweringOnce("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");

    private async Task Refused(SslServerAuthenticationOptions tls)
    {
        await using var server = HostileServer.Answering(Answer, tls);

        var response = await SendAsync(server);

        Assert.Equal(SendErrorCodes.Tls, response.ErrorCode);
        Assert.Empty(server.Requests);
    }

    private Task<WebhookResponse> SendAsync(HostileServer server) => _bench.SendAsync(server.Url("receiver.example", scheme: "https"));
}
