using System.Net;
using Outbox.Profiles;

namespace Outbox.AspNetCore.Tests.Receiving;

public sealed class ReceiverTests : IAsyncLifetime
{
    private ReceivingHost _host = null!;

    public async Task InitializeAsync() => _host = await ReceivingHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task What_the_outbox_sends_is_handed_over_verified_and_understood()
    {
        var delivery = await _host.DeliverAsync(WebhookEvent.FromJson("call.ended", """{"id":"call_1","seconds":2.5}"""));

        var received = Assert.Single(_host.Handled);
        Assert.Equal("call.ended", received.EventType);
        Assert.Equal("call_1", received.Data.GetProperty("id").GetString());
        Assert.Equal(delivery, received.DeliveryId);
        Assert.NotNull(received.SentAt);
    }

    [Fact]
    public async Task A_request_without_a_signature_is_answered_401_and_not_handled()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await _host.PostAsync("{}", headers: []));
        Assert.Empty(_host.Handled);
    }

    [Fact]
    public async Task A_body_that_was_changed_on_the_way_is_answered_401()
    {
        var (body, headers) = _host.Signed("""{"event":"call.ended","timestamp":"2026-01-01T00:00:00Z","data":{"id":1}}""");

        Assert.Equal(HttpStatusCode.Unauthorized, await _host.PostAsync(body.Replace("1}", "2}", StringComparison.Ordinal), headers));
        Assert.Empty(_host.Handled);
    }

    [Fact]
    public async Task A_request_that_was_captured_long_ago_is_answered_401()
    {
        var (body, headers) = _host.Signed(Body, age: TimeSpan.FromMinutes(6));

        Assert.Equal(HttpStatusCode.Unauthorized, await _host.PostAsync(body, headers));
    }

    [Fact]
    public async Task A_signature_that_cannot_be_read_is_answered_400()
    {
        var (body, headers) = _host.Signed(Body);
        headers[WebhookProfile.Ttma.Signature.Header] = "nonsense";

        Assert.Equal(HttpStatusCode.BadRequest, await _host.PostAsync(body, headers));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task A_signed_body_that_is_not_the_profiles_is_answered_400(string text)
    {
        var (body, headers) = _host.Signed(text);

        Assert.Equal(HttpStatusCode.BadRequest, await _host.PostAsync(body, headers));
        Assert.Empty(_host.Handled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_answered_413_whether_its_length_is_told_or_not(bool told)
    {
        var (body, headers) = _host.Signed($$$"""{"event":"call.ended","data":{"text":"{{{new string('x', ReceivingHost.MaxBodyBytes)}}}"}}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await _host.PostAsync(body, headers, told));
        Assert.Empty(_host.Handled);
    }

    [Fact]
    public async Task While_a_secret_is_rotated_the_old_one_is_accepted_too()
    {
        var (body, headers) = _host.Signed(Body, secret: ReceivingHost.OldSecret);

        Assert.Equal(HttpStatusCode.OK, await _host.PostAsync(body, headers));
    }

    [Fact]
    public async Task Where_the_handler_throws_the_answer_is_500_and_the_sender_tries_again()
    {
        _host.Fails = true;
        var (body, headers) = _host.Signed(Body);
        Assert.Equal(HttpStatusCode.InternalServerError, await _host.PostAsync(body, headers));

        _host.Fails = false;
        Assert.Equal(HttpStatusCode.OK, await _host.PostAsync(body, headers));
        Assert.Equal(2, _host.Handled.Count);
    }

    [Fact]
    public async Task Only_POST_is_received()
    {
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await _host.GetAsync());
    }

    [Fact]
    public void A_secret_that_cannot_be_a_key_is_refused_when_the_route_is_mapped() =>
        Assert.Throws<WebhookValidationException>(() => ReceivingHost.Map(WebhookProfile.Standard, "whsec_?"));

    private const string Body = """{"event":"call.ended","timestamp":"2026-01-01T00:00:00Z","data":{"id":"call_1"}}""";
}
