using Outbox.Storage;

namespace Outbox.LiteDb.Tests;

/// <summary>Valid things for a test to vary.</summary>
internal static class Some
{
    private static int _last;

    public static WebhookEndpoint Endpoint(string profile = "standard") =>
        new() { Scope = WebhookScope.All, Url = "https://receiver.example/hooks", Profile = profile };

    public static WebhookEvent Event(string subject = "call_1") => new("call.ended", new { id = subject }) { Subject = subject };

    public static NewEvent NewEvent() => new()
    {
        Id = $"evt_{Interlocked.Increment(ref _last):x16}",
        Type = "call.ended",
        Scopes = ["all"],
        Data = """{"a":1}"""u8.ToArray(),
    };

    public static StoredEndpoint StoredEndpoint() => new()
    {
        Id = $"ep_{Interlocked.Increment(ref _last):x16}",
        Scope = "all",
        Url = "https://receiver.example/hooks",
        Profile = "standard",
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public static ClaimRequest Claim(int limit = 100) => new()
    {
        Owner = "owner-1",
        Limit = limit,
        LimitPerEndpoint = limit,
        InFlight = new Dictionary<string, int>(StringComparer.Ordinal),
        Lease = TimeSpan.FromMinutes(1),
    };
}
