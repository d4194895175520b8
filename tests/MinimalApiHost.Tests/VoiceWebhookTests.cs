using System.Net;
using Outbox.Profiles;
using Outbox.Signing;

namespace MinimalApiHost.Tests;

public sealed class VoiceWebhookTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    private const string Route = "/v1/voice/webhooks";

    [Fact]
    public async Task The_secret_is_never_returned_but_for_its_last_four_characters()
    {
        var number = platform.NewNumber();

        var put = await PutAsync(number, "/hints");
        var got = await platform.ReadOnlyApi.GetAsync($"{Route}?from={Uri.EscapeDataString(number)}");

        Assert.Equal(HttpStatusCode.OK, put.Status);
        foreach (var answer in new[] { put, got })
        {
            Assert.Equal(number, (string?)answer["from"]);
            Assert.Equal("long", (string?)answer["secretLast4"]);
            Assert.True((bool?)answer["enabled"]);
            Assert.DoesNotContain(PlatformFixture.Secret, answer.Json.ToJsonString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_second_put_overwrites_the_numbers_webhook()
    {
        var number = platform.NewNumber();
        var first = await PutAsync(number, "/old");

        var second = await PutAsync(number, "/new");
        await platform.Api.PostAsync("/v1/calls", new { id = "call_overwritten", from = number, to = "+16475551234" });
        await platform.Api.PostAsync("/v1/calls/call_overwritten/end", new { });

        Assert.Equal((string?)first["id"], (string?)second["id"]);
        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/new"));
        Assert.Empty(platform.Receiver.At("/old"));
        Assert.True(new WebhookVerifier(WebhookProfile.Ttma, PlatformFixture.Secret).Verify(received.Body, received.Headers).IsValid);
        var all = await platform.Api.GetAsync(Route);
        Assert.Single(all["webhooks"]!.AsArray(), webhook => (string?)webhook!["from"] == number);
    }

    [Fact]
    public async Task A_put_keeps_what_it_does_not_carry()
    {
        var number = platform.NewNumber();
        var made = await platform.Api.PostAsync("/v1/webhook-endpoints", new
        {
            scope = number,
            url = platform.Receiver.Url("/private"),
            profile = "ttma",
            secret = PlatformFixture.Secret,
            eventTypes = new[] { "call.ended" },
            shipTranscript = false,
        });

        var put = await PutAsync(number, "/private");
        var again = await platform.Api.PostAsync("/v1/webhook-endpoints", new { scope = number, url = platform.Receiver.Url("/private"), secret = PlatformFixture.Secret, shipTranscript = false });
        await platform.Api.PostAsync("/v1/calls", new { id = "call_private", from = number, to = "+16475551234" });
        await platform.Api.PostAsync("/v1/calls/call_private/end", new { transcript = "[Agent] Your test came back." });

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal((string?)made["id"], (string?)put["id"]);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/private"));
        Assert.DoesNotContain("Your test", received.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_call_is_told_as_call_ended_the_one_event_that_TTMA_has()
    {
        var number = platform.NewNumber();
        var put = await PutAsync(number, "/failing");
        await platform.Api.PostAsync("/v1/calls", new { id = "call_failing", from = number, to = "+16475551234", record = true });

        await platform.Api.PostAsync("/v1/calls/call_failing/end", new { status = "failed", endedReason = "noAnswer" });

        var endpoint = await platform.Api.GetAsync($"/v1/webhook-endpoints/{put["id"]}");
        Assert.Equal(["call.ended"], endpoint.Texts("eventTypes"));
        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/failing"));
        Assert.Equal("call.ended", (string?)received.Json["event"]);
        Assert.Equal("failed", (string?)received.Json["data"]!["status"]);
    }

    [Fact]
    public async Task A_disabled_webhook_parks_what_it_is_owed_and_another_put_sends_it()
    {
        var number = platform.NewNumber();
        await PutAsync(number, "/paused", enabled: false);
        await platform.Api.PostAsync("/v1/calls", new { id = "call_paused", from = number, to = "+16475551234" });
        var ended = await platform.Api.PostAsync("/v1/calls/call_paused/end", new { });
        await platform.Api.DeliveryAsync(ended.Texts("deliveryIds").Single(), "parked");

        await PutAsync(number, "/paused");

        await platform.Receiver.ArrivedAsync("/paused");
        await platform.Api.DeliveryAsync(ended.Texts("deliveryIds").Single(), "delivered");
    }

    [Theory]
    [InlineData("16473705600", "https://example.com/hook", PlatformFixture.Secret, "from", "E.164")]
    [InlineData("", "https://example.com/hook", PlatformFixture.Secret, "from", "missing or empty")]
    [InlineData("+16473705600", "", PlatformFixture.Secret, "url", "missing or empty")]
    [InlineData("+16473705600", "ftp://example.com/hook", PlatformFixture.Secret, "url", "https")]
    [InlineData("+16473705600", "https://10.1.2.3/hook", PlatformFixture.Secret, "url", "public")]
    [InlineData("+16473705600", "https://example.com/hook", "short", "secret", "at least 32")]
    [InlineData("+16473705600", "https://example.com/hook", null, "secret", "32")]
    public async Task What_cannot_be_accepted_is_named(string from, string url, string? secret, string field, string detail)
    {
        var answer = await platform.Api.PutAsync(Route, new { from, url, secret });

        answer.IsProblem(HttpStatusCode.UnprocessableEntity, detail, field);
    }

    [Fact]
    public async Task A_number_without_a_webhook_answers_404()
    {
        (await platform.Api.GetAsync($"{Route}?from=%2B19998887777")).IsProblem(HttpStatusCode.NotFound, "+19998887777");
    }

    [Fact]
    public async Task Plain_http_is_refused_where_local_receivers_are_not_allowed()
    {
        var api = new Api(platform.Start(("Webhooks:AllowLocalReceivers", "false")), "demo-key");

        var answer = await api.PutAsync(Route, new { from = "+16473705600", url = "http://example.com/hook", secret = PlatformFixture.Secret });

        answer.IsProblem(HttpStatusCode.UnprocessableEntity, "https", "url");
    }

    private Task<Answer> PutAsync(string from, string path, bool enabled = true) =>
        platform.Api.PutAsync(Route, new { from, url = platform.Receiver.Url(path), secret = PlatformFixture.Secret, enabled });
}
