using System.Text;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.ProviderContract;

/// <summary>Valid things with unlike ids, for a case to vary by <c>with { … }</c>.</summary>
internal static class Some
{
    private static long _last;

    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static NewEvent Event() => new()
    {
        Id = $"evt_{Number():d20}",
        Type = "call.ended",
        Scopes = ["all"],
        Data = Json("""{"n":1}"""),
    };

    public static NewEvent About(string subject, params WebhookHold[] holds) => Event() with { Subject = subject, Holds = holds };

    public static NewEvent Ordered(string orderingKey) => Event() with { OrderingKey = orderingKey };

    public static StoredEndpoint Endpoint() => new()
    {
        Id = $"ep_{Number():d20}",
        Scope = "all",
        Url = "https://receiver.example/hooks",
        Profile = "standard",
        CreatedAt = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero),
    };

    public static WebhookHold Hold(string artifact, double minutes) => new(artifact, TimeSpan.FromMinutes(minutes));

    public static HoldRelease Release(string subject, string artifact, string patched = """{"patched":true}""") =>
        new() { Subject = subject, Artifact = artifact, Patch = _ => Json(patched) };

    public static AttemptRecord Attempt(int? statusCode = 500, string? error = null) => new()
    {
        StartedAt = new DateTimeOffset(2030, 6, 1, 12, 0, 0, 250, TimeSpan.Zero),
        Duration = TimeSpan.FromMilliseconds(120),
        StatusCode = statusCode,
        Error = error,
        Detail = "what went wrong",
        Excerpt = "the answer's body",
    };

    /// <summary>A try that failed because the endpoint is not well; the delivery is due again at once.</summary>
    public static Settlement Failure(ClaimedDelivery delivery, int blockFrom = 100, double blockMinutes = 10) =>
        Retry(delivery, EndpointEffect.Failed(blockFrom, TimeSpan.FromMinutes(blockMinutes)));

    public static Settlement Retry(ClaimedDelivery delivery, EndpointEffect effect) =>
        new(delivery, DeliveryTransition.RetryAfter(TimeSpan.Zero), Attempt()) { Effect = effect };

    public static Settlement Success(ClaimedDelivery delivery, EndpointEffect? effect = null) =>
        new(delivery, DeliveryTransition.Delivered, Attempt(200)) { Effect = effect ?? EndpointEffect.Recovered };

    /// <summary>Makes notices that name their cause and the delivery that caused them.</summary>
    public static NewEvent Notice(Settlement settlement, NoticeCause cause) => Event() with
    {
        Type = cause.ToString(),
        Scopes = ["notices"],
        Data = Json($$"""{"deliveryId":"{{settlement.Delivery.Id}}"}"""),
    };

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    private static long Number() => Interlocked.Increment(ref _last);
}
