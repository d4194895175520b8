using System.Net;

namespace Outbox.Testing;

/// <summary>Takes the place of the network: no request leaves the process.</summary>
internal sealed class CatchingHandler(WebhookTestbed testbed) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Headers.Concat(request.Content!.Headers))
        {
            headers[name] = string.Join(", ", values);
        }

        var body = await request.Content.ReadAsByteArrayAsync(cancellationToken);
        return new HttpResponseMessage((HttpStatusCode)testbed.Catch(request.RequestUri!, headers, body)) { RequestMessage = request };
    }
}
