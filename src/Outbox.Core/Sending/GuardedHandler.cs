using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Outbox.Sending;

/// <summary>Builds the end of the handler chain: each connection guarded, nothing ambient or followed, everything bounded.</summary>
internal static class GuardedHandler
{
    public static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);
    public const int MaxResponseHeadersKilobytes = 16;

    public static SocketsHttpHandler Create(WebhookSendingOptions options, GuardedConnector connector) => new()
    {
        ConnectCallback = (context, token) => connector.ConnectAsync(context.DnsEndPoint, token),
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        SslOptions = Tls(),

        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        Credentials = null,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,

        // A body that is not read to its end costs its connection, not our time: nothing is drained.
        MaxResponseHeadersLength = MaxResponseHeadersKilobytes,
        MaxResponseDrainSize = 0,
        ResponseDrainTimeout = TimeSpan.Zero,
    };

    // A certificate names URLs for its issuers and its revocation lists. Fetching them would be a request that the guard never sees.
    private static SslClientAuthenticationOptions Tls() => new()
    {
#pragma warning disable CA5398 // A floor is the point: what the operating system would still allow below 1.2 is refused.
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
        CertificateChainPolicy = new X509ChainPolicy
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };
}
