using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Diagnostics;
using Outbox.Storage;

namespace Outbox.Tests;

/// <summary>Things that tests need but do not care about; change by <c>with</c> what a test is about.</summary>
internal static class Some
{
    /// <summary>Metrics that nobody listens to.</summary>
    public static OutboxMetrics Metrics { get; } =
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

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
