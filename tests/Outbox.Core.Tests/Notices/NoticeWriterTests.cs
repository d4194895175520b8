using System.Text;
using Outbox.Deliveries;
using Outbox.Events;
using Outbox.Notices;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Tests.Notices;

public sealed class NoticeWriterTests
{
    private readonly NoticeWriter _notices = new(new IdGenerator(new TestClock(), new SeededRandom(1)));

    [Fact]
    public void An_exhausted_delivery_is_told_with_its_last_answer()
    {
        var notice = _notices.Of(Settled(DeliveryTransition.Exhausted), NoticeCause.DeliveryExhausted);

        Assert.Equal(("delivery.exhausted", "org_1"), (notice.Type, notice.Tenant));
        Assert.Equal(["notices"], notice.Scopes);
        Assert.Equal(
            """{"endpointId":"ep_1","tenant":"org_1","deliveryId":"dlv_1","eventId":"evt_1","eventType":"call.ended","tries":6,"statusCode":500}""",
            Text(notice));
    }

    [Fact]
    public void An_exhausted_delivery_that_got_no_answer_is_told_with_the_error_and_as_its_own_tenants()
    {
        var settlement = Settled(DeliveryTransition.Exhausted);
        var shared = settlement.Delivery with { Endpoint = settlement.Delivery.Endpoint with { Tenant = null } };

        var notice = _notices.Of(
            settlement with { Delivery = shared, Attempt = settlement.Attempt! with { StatusCode = null, Error = "timeout" } }, NoticeCause.DeliveryExhausted);

        Assert.Equal("org_1", notice.Tenant);
        Assert.Equal(
            """{"endpointId":"ep_1","tenant":"org_1","deliveryId":"dlv_1","eventId":"evt_1","eventType":"call.ended","tries":6,"error":"timeout"}""",
            Text(notice));
    }

    [Fact]
    public void An_endpoint_that_was_disabled_by_request_is_told_with_the_reason_given() =>
        Assert.Equal(
            """{"endpointId":"ep_1","tenant":"org_1","reason":"the customer asked for it","failuresInARow":2}""",
            Text(_notices.Disabled(new StoredEndpoint
            {
                Id = "ep_1",
                Tenant = "org_1",
                Scope = "all",
                Url = "https://receiver.example/hooks",
                Profile = "standard",
                CreatedAt = DateTimeOffset.UnixEpoch,
                DisabledAt = DateTimeOffset.UnixEpoch,
                DisabledReason = "the customer asked for it",
                FailuresInARow = 2,
            })));

    [Fact]
    public void A_disabled_endpoint_is_told_with_its_reason() =>
        Assert.Equal(
            """{"endpointId":"ep_1","tenant":"org_1","reason":"gone","failuresInARow":13}""",
            Text(_notices.Of(Settled(DeliveryTransition.Parked("gone")), NoticeCause.EndpointDisabled)));

    [Fact]
    public void A_recovered_endpoint_is_told_with_the_failures_that_it_had() =>
        Assert.Equal(
            """{"endpointId":"ep_1","tenant":"org_1","failuresInARow":12}""",
            Text(_notices.Of(Settled(DeliveryTransition.Delivered), NoticeCause.EndpointRecovered)));

    private static string Text(NewEvent notice) => Encoding.UTF8.GetString(notice.Data.Span);

    private static Settlement Settled(DeliveryTransition transition)
    {
        var delivery = Some.Delivery with
        {
            Tenant = "org_1",
            FailedTries = 5,
            Endpoint = Some.Delivery.Endpoint with { Tenant = "org_1", FailuresInARow = 12 },
        };
        return new(delivery, transition, new() { StartedAt = DateTimeOffset.UnixEpoch, Duration = TimeSpan.FromSeconds(1), StatusCode = 500 });
    }
}
