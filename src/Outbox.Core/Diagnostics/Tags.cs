namespace Outbox.Diagnostics;

/// <summary>The names of tags, and the only things that are ever put into one: ids, names, hosts and codes. Never a URL's path, a secret or a payload.</summary>
internal static class Tags
{
    public const string EventId = "outbox.event.id";
    public const string EventType = "outbox.event.type";
    public const string DeliveryId = "outbox.delivery.id";
    public const string EndpointId = "outbox.endpoint.id";
    public const string Profile = "outbox.profile";
    public const string Status = "outbox.delivery.status";
    public const string FailedTries = "outbox.delivery.failed_tries";
    public const string Deliveries = "outbox.event.deliveries";
    public const string Duplicate = "outbox.event.duplicate";
    public const string Held = "outbox.held";
    public const string Operation = "outbox.store.operation";
    public const string StatusCode = "http.response.status_code";
    public const string Method = "http.request.method";
    public const string Host = "server.address";
    public const string Error = "error.type";
}
