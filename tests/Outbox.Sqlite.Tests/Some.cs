using System.Globalization;
using System.Text;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Sqlite.Tests;

/// <summary>Builders of what the tests store.</summary>
internal static class Some
{
    private static int _last;

    public static StoredEndpoint Endpoint(string scope = "all") => new()
    {
        Id = $"ep_{Number()}",
        Scope = scope,
        Url = "https://example.com/hook",
        Profile = "standard",
        Secrets = new byte[] { 1, 2, 3 },
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public static NewEvent Event(string data = """{"a":1}""") => new()
    {
        Id = $"evt_{Number()}",
        Type = "call.ended",
        Scopes = ["all"],
        Data = Encoding.UTF8.GetBytes(data),
    };

    public static ClaimRequest Claim(string owner = "owner-1", int limit = 100) => new()
    {
        Owner = owner,
        Limit = limit,
        LimitPerEndpoint = limit,
        InFlight = new Dictionary<string, int>(StringComparer.Ordinal),
        Lease = TimeSpan.FromMinutes(1),
    };

    public static Settlement Delivered(ClaimedDelivery delivery) => new(
        delivery,
        DeliveryTransition.Delivered,
        new AttemptRecord { StartedAt = DateTimeOffset.UnixEpoch, Duration = TimeSpan.FromMilliseconds(5), StatusCode = 200 });

    private static string Number() => Interlocked.Increment(ref _last).ToString("x16", CultureInfo.InvariantCulture);
}
