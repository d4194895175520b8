using Outbox.Deliveries;
using Outbox.Endpoints;
using Outbox.Storage;

namespace Outbox.Tests.Endpoints;

public sealed class RecordTextTests
{
    private const string Canary = "canary";
    private const string Url = "https://receiver.example/canary";

    private static readonly EndpointInfo Info = new()
    {
        Id = "ep_1",
        Scope = WebhookScope.All,
        Url = Url,
        Profile = "standard",
        EventTypes = [],
        ShipTranscript = true,
        SecretHint = Canary,
        CreatedAt = default,
    };

    private static readonly DeliveryInfo Delivery = new()
    {
        Id = "dlv_1",
        EventId = "evt_1",
        EventType = "call.ended",
        EndpointId = "ep_1",
        Profile = "standard",
        Status = DeliveryStatus.Waiting,
        Attempts = 0,
        OccurredAt = default,
        EnqueuedAt = default,
    };

    public static IEnumerable<object[]> Records =>
    [
        [new WebhookEndpoint { Scope = WebhookScope.All, Url = Url, Secret = Canary }],
        [Info],
        [new EndpointRegistration(Info, Created: true, Canary)],
        [new EndpointSecret(Canary, null)],
        [Some.Delivery with { Headers = Canary, Endpoint = Some.Delivery.Endpoint with { Url = Url } }],
        [new StoredEndpoint { Id = "ep_1", Scope = "all", Url = Url, Profile = "standard", CreatedAt = default, SecretHint = Canary }],
        [new WebhookCall { Url = Url, Event = new WebhookEvent("call.ended", new { }), Secret = Canary }],
        [new WebhookWireRequest { Profile = "standard", Url = Url, Headers = [], Body = default, EventId = "evt_1", SecretHint = Canary }],
        [new WebhookWireHeader("Authorization", Canary, WebhookHeaderSource.Event)],
        [new DeliveryDetails(Delivery, default, []) { Headers = Canary }],
        [new AttemptInfo { Number = 1, StartedAt = default, Duration = default, Excerpt = Canary }],
        [new AttemptRecord { StartedAt = default, Duration = default, Excerpt = Canary }],
        [new WebhookTrial { Request = new() { Profile = "standard", Url = Url, Headers = [], Body = default, EventId = "evt_1" }, Delivered = false, Duration = default, Excerpt = Canary }],
        [new NewEvent { Id = "evt_1", Type = "call.ended", Scopes = [], Data = default, Headers = Canary }],
    ];

    [Theory]
    [MemberData(nameof(Records))]
    public void What_a_record_says_of_itself_may_be_logged(object record) =>
        Assert.DoesNotContain(Canary, record.ToString(), StringComparison.Ordinal);
}
