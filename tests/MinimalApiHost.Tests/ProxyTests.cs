using Outbox.Tests.Sending;

namespace MinimalApiHost.Tests;

/// <summary>The built sample as a process whose environment names a proxy, as that of many servers does. A proxy would be connected to instead of the checked address.</summary>
public sealed class ProxyTests : IDisposable
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-proxy-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("http_proxy", "https_proxy", "all_proxy")]
    [InlineData("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")]
    [InlineData("Http_Proxy", "Https_Proxy", "All_Proxy")]
    public async Task A_proxy_that_the_environment_names_sees_no_connection(params string[] names)
    {
        await using var proxy = HostileServer.Answering(Answer);
        await using var plain = HostileServer.Answering(Answer);
        await using var secure = HostileServer.Answering(Answer); // speaks no TLS: that it is connected to is what counts
        using var host = ChildHost.Start(
            _folder.FullName,
            [],
            [
                ("ConnectionStrings__Calls", $"Data Source={Path.Combine(_folder.FullName, "calls.db")}"),
                ("Webhooks__AllowLocalReceivers", "true"),
                ("ApiKeys__0__Key", "test-key"),
                ("ApiKeys__0__Scopes__0", "voice:call"),
                ("no_proxy", ""),
                ("NO_PROXY", ""),
                .. names.Select(name => (name, proxy.Url(path: "").ToString())),
            ]);
        var api = new Api(new HttpClient { BaseAddress = await host.ListeningAsync() }, "test-key");
        await api.PostAsync("/v1/webhook-endpoints", new { scope = "all", url = plain.Url(), profile = "standard" });
        await api.PostAsync("/v1/webhook-endpoints", new { scope = "all", url = secure.Url(scheme: "https"), profile = "standard" });

        await api.PostAsync("/v1/events", new { type = "call.ended", subject = "call_1", data = new { } });
        await Eventually.HasAsync(() => Task.FromResult((plain.Connections, secure.Connections)), seen => seen is { Item1: > 0, Item2: > 0 });

        Assert.Equal(0, proxy.Connections);
    }
}
