namespace Outbox.Crash.Child;

/// <summary>Places to be killed at on both sides of the wire.</summary>
internal sealed class KillableHandler(KillPoints points) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await points.ReachAsync(KillPoints.BeforeSend);
        var response = await base.SendAsync(request, cancellationToken);
        await points.ReachAsync(KillPoints.AfterSend);
        return response;
    }
}
