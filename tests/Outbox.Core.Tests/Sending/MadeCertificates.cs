using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Outbox.Tests.Sending;

/// <summary>Certificates made at run time: a root, an intermediate that the server may keep to itself, and leaves of every kind.</summary>
internal sealed class MadeCertificates : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly X509Certificate2 _intermediate;

    public MadeCertificates()
    {
        // Names of their own: chains are built by name, and certificates of another test must not fit in.
        var name = "CN=Test " + Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
        Root = Issue(name + " root", null, authority: true);
        _intermediate = Issue(name + " intermediate", Root, authority: true);
    }

    public X509Certificate2 Root { get; }

    public SslServerAuthenticationOptions Server(
        string host = "receiver.example",
        string use = ServerUse,
        bool expired = false,
        string? issuerUrl = null,
        bool sendIntermediate = true,
        SslProtocols protocols = SslProtocols.None)
    {
        var leaf = Issue("CN=" + host, _intermediate, host: host, use: use, expired: expired, issuerUrl: issuerUrl);
        return new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = protocols,
            ServerCertificateContext = SslStreamCertificateContext.Create(
                leaf, sendIntermediate ? [_intermediate] : [], offline: true),
        };
    }

    public void Dispose()
    {
        Root.Dispose();
        _intermediate.Dispose();
    }

    private static X509Certificate2 Issue(
        string name,
        X509Certificate2? issuer,
        bool authority = false,
        string? host = null,
        string use = ServerUse,
        bool expired = false,
        string? issuerUrl = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, critical: true));
        if (host is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        }

        if (issuerUrl is not null)
        {
            var extensions = request.CertificateExtensions;
            extensions.Add(new X509AuthorityInformationAccessExtension([issuerUrl + "ocsp"], [issuerUrl + "issuer.crt"]));
            extensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([issuerUrl + "list.crl"]));
        }

        var until = expired ? Now.AddDays(-1) : Now.AddDays(authority ? 30 : 10);
        if (issuer is null)
        {
            return request.CreateSelfSigned(Now.AddDays(-30), until);
        }

        using var made = request.Create(issuer, Now.AddDays(-20), until, RandomNumberGenerator.GetBytes(8));
        return made.CopyWithPrivateKey(key);
    }
}
