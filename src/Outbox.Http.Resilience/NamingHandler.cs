using Microsoft.Extensions.Http.Diagnostics;

namespace Outbox.Http.Resilience;

/// <summary>Says to the telemetry of the strategies inside what a request is, without its URL.</summary>
internal sealed class NamingHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Options.TryGetValue(WebhookRequestOptions.Profile, out var profile);
        request.SetRequestMetadata(new RequestMetadata { DependencyName = "webhooks", RequestName = profile! });
        return await base.SendAsync(request, cancellationToken);
    }
}
