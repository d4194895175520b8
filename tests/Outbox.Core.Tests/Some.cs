using Outbox.Storage;

namespace Outbox.Tests;

/// <summary>Things that tests need but do not care about; change by <c>with</c> what a test is about.</summary>
internal static class Some
{
    public static ClaimedDelivery Delivery { get; } = new()
    {
        Key = 1,
        LeaseToken = 1,
        Id = "dlv_1",
        EventId = "evt_1",
        EventType = "call.ended",
        OccurredAt = DateTimeOffset.UnixEpoch,
        Data = "{}"u8.ToArray(),
        Profile = "standard",
        ShipTranscript = true,
        FailedTries = 0,
        Age = TimeSpan.Zero,
        Ordered = false,
        Endpoint = new() { Id = "ep_1", Url = "https://receiver.example/hooks" },
    };
}
