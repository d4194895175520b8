using Outbox.Deliveries;
using Outbox.Signing;

namespace Outbox.Profiles;

/// <summary>
/// The profiles that come with the library. What a vendor leaves open is chosen here and listed in docs/wire-profiles.md.
/// </summary>
internal static class BuiltInProfiles
{
    public static readonly WebhookEnvelope StandardEnvelope = new(
        new("type", EnvelopeValue.EventType),
        new("timestamp", EnvelopeValue.OccurredAtMilliseconds),
        new("data", EnvelopeValue.Data));

    public static readonly RetrySchedule StandardRetries = new(
        Seconds(5), Minutes(5), Minutes(30), Hours(2), Hours(5), Hours(10), Hours(14), Hours(20), Hours(24));

    private static readonly RetrySchedule FiveRetries = new(Seconds(5), Minutes(5), Minutes(30), Hours(2), Hours(5));

    public static readonly WebhookProfile Ttma = new()
    {
        Name = "ttma",
        Envelope = new(
            new("event", EnvelopeValue.EventType),
            new("deliveryId", EnvelopeValue.DeliveryId),
            new("timestamp", EnvelopeValue.OccurredAtMilliseconds),
            new("data", EnvelopeValue.Data)),
        Signature = new()
        {
            Header = "X-TTMA-Signature",
            Content = SignedContent.TimestampAndBody,
            Prefix = "t={timestamp},",
            SignaturePrefix = "v1=",
            Separator = ",",
        },
        Timeout = Seconds(10),
        Retries = new(Minutes(1), Minutes(5), Minutes(15), Hours(1), Hours(4)),
        GoneDisables = true,
        Secret = SecretRule.Required(32),
        OneEndpointPerScope = true,
        EventTypes = ["call.ended"],
        Holds = [new("call.ended", "recording", Seconds(60))],
    };

    public static readonly WebhookProfile TalkifAi = new()
    {
        Name = "talkifai",
        Envelope = new(
            new("id", EnvelopeValue.EventId),
            new("type", EnvelopeValue.EventType),
            new("created", EnvelopeValue.OccurredAtSeconds),
            new("data", EnvelopeValue.Data)),
        Signature = new() { Header = "X-TalkifAI-Signature", SignaturePrefix = "sha256=" },
        Success = StatusRange.OnlyOk,
        Timeout = Seconds(10),
        Retries = new(Seconds(30), Minutes(5), Minutes(30)),
        GoneDisables = false,
        Secret = SecretRule.Generated(32),
        EventTypes =
        [
            "call.started", "call.ended", "call.failed", "transcript.ready", "analysis.completed", "credit.low", "credit.depleted",
        ],
    };

    public static readonly WebhookProfile TopCalls = new()
    {
        Name = "topcalls",
        Envelope = WebhookEnvelope.None,
        Signature = new() { Header = "X-TopCalls-Signature" },
        DeliveryIdHeader = "X-TopCalls-Delivery",
        Timeout = Seconds(10),
        Retries = new(Minutes(1), Minutes(5), Minutes(15), Hours(1)),
        GoneDisables = false,
        Secret = SecretRule.Optional(16),
        EventTypes = ["call.completed", "call.failed", "campaign.started", "campaign.completed"],
        Holds =
        [
            new("call.completed", "recording", Seconds(15)),
            new("call.completed", "transcript", Seconds(15)),
            new("call.completed", "summary", Seconds(15)),
        ],
    };

    public static readonly WebhookProfile Truedy = new()
    {
        Name = "truedy",
        Envelope = new(
            new("event", EnvelopeValue.EventType),
            new("timestamp", EnvelopeValue.OccurredAtMilliseconds),
            new("data", EnvelopeValue.Data)),
        Signature = new()
        {
            Header = "X-Truedy-Signature",
            TimestampHeader = "X-Truedy-Timestamp",
            Content = SignedContent.TimestampAndBody,
        },
        DeliveryIdHeader = "X-Truedy-Delivery",
        Timeout = Seconds(10),
        Retries = FiveRetries,
        GoneDisables = false,
        Secret = SecretRule.Required(16),
        EventTypes =
        [
            "call.started", "call.joined", "call.ended", "call.failed", "call.billed",
            "batch.status.changed", "batch.completed", "voice.training.completed", "voice.training.failed",
        ],
    };

    public static readonly WebhookProfile HuskyVoice = new()
    {
        Name = "huskyvoice",
        Envelope = new(
            new("event_id", EnvelopeValue.EventId),
            new("event_type", EnvelopeValue.EventType),
            new("created_at", EnvelopeValue.OccurredAtSeconds),
            new("org_id", EnvelopeValue.Tenant),
            new("data", EnvelopeValue.Data)),
        Signature = new() { Header = "X-Husky-Signature" },
        Timeout = Seconds(10),
        Retries = FiveRetries,
        GoneDisables = false,
        Secret = SecretRule.Required(16),
        EventTypes = ["call.initiated", "call.answered", "call.completed", "call.failed", "call.disallowed"],
    };

    public static readonly WebhookProfile Standard = new() { Name = "standard" };

    public static readonly IReadOnlyList<WebhookProfile> All = [Ttma, TalkifAi, TopCalls, Truedy, HuskyVoice, Standard];

    private static TimeSpan Seconds(int count) => TimeSpan.FromSeconds(count);

    private static TimeSpan Minutes(int count) => TimeSpan.FromMinutes(count);

    private static TimeSpan Hours(int count) => TimeSpan.FromHours(count);
}
