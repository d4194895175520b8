using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Outbox.Sending;
using Polly;

namespace Outbox.Tests.Sending;

/// <summary>A sender wired as in production, except for what a test replaces. Loopback is allowed unless a test says otherwise.</summary>
internal sealed class SendingBench : IDisposable
{
    /// <summary>What ends in a fraction of a second where the product keeps its limits, a busy machine may take so long for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    public WebhookSendingOptions Options { get; } = new() { AllowLocalReceivers = true, BodyTimeout = TimeSpan.FromMilliseconds(250) };

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>What names resolve to; each name to loopback by default.</summary>
    public ResolveName Resolve { get; set; } = (_, _) => new([IPAddress.Loopback]);

    public ConnectSocket? Connect { get; set; }

    public ResiliencePipeline<HttpResponseMessage> Pipeline { get; set; } = ResiliencePipeline<HttpResponseMessage>.Empty;

    /// <summary>The only root that the sender trusts; null for the system's.</summary>
    public X509Certificate2? Root { get; set; }

    public SocketsHttpHandler Handler => field ??= Build();

    private HttpMessageInvoker Client => field ??= new HttpMessageInvoker(Handler);

    public Task<WebhookResponse> SendAsync(Uri url, TimeSpan? timeout = null, CancellationToken stop = default)
        => SendAsync(Post(url, timeout), stop);

    public async Task<WebhookResponse> SendAsync(WebhookRequest request, CancellationToken stop = default)
        => await new WebhookSender(Client, Pipeline, Options, Clock).SendAsync(request, stop);

    public static WebhookRequest Post(Uri url, TimeSpan? timeout = null, params KeyValuePair<string, string>[] headers) => new()
    {
        Url = url,
        Body = BodyOf("{\"hello\":\"world\"}"u8),
        Headers = headers,
        Profile = "standard",
        Timeout = timeout ?? Long,
    };

    public static RequestBody BodyOf(ReadOnlySpan<byte> json)
    {
        var body = new RequestBody(json.Length);
        body.Write(json);
        return body;
    }

    public void Dispose() => Client.Dispose();

    private SocketsHttpHandler Build()
    {
        var connector = new GuardedConnector(new AddressGuard(Options), Options, Clock, Resolve, Connect);
        var handler = GuardedHandler.Create(Options, connector);
        if (Root is not null)
        {
            handler.SslOptions.CertificateChainPolicy!.TrustMode = X509ChainTrustMode.CustomRootTrust;
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(Root);
        }

        return handler;
    }
}
