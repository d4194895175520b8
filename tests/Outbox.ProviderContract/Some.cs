using System.Text;
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

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    private static long Number() => Interlocked.Increment(ref _last);
}
