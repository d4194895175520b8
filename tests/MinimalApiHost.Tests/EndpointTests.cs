using System.Net;
using Outbox.Profiles;
using Outbox.Signing;

namespace MinimalApiHost.Tests;

public sealed class EndpointTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    private const string Route = "/v1/webhook-endpoints";

    [Fact]
    public async Task A_generated_secret_is_shown_once_and_signs_what_arrives()
    {
        var created = await platform.Api.PostAsync(Route, new { scope = "campaign:generated", url = platform.Receiver.Url("/generated"), profile = "standard" });
        var shown = await platform.Api.GetAsync(created.Location!.ToString());
        await platform.Api.PostAsync("/v1/events", new { type = "campaign.completed", scopes = new[] { "campaign:generated" }, data = new { id = "generated" } });

        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Equal($"{Route}/{created["id"]}", created.Location!.ToString());
        Assert.Null(shown["secret"]);
        Assert.EndsWith((string)shown["secretLast4"]!, (string)created["secret"]!, StringComparison.Ordinal);
        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/generated"));
        Assert.True(new WebhookVerifier(WebhookProfile.Standard, (string)created["secret"]!).Verify(received.Body, received.Headers).IsValid);
    }

    [Fact]
    public async Task A_given_secret_is_not_shown()
    {
        var created = await platform.Api.PostAsync(Route, new { scope = "campaign:given", url = platform.Receiver.Url("/given"), profile = "truedy", secret = PlatformFixture.Secret });

        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.DoesNotContain(PlatformFixture.Secret, created.Json.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_chosen_event_types_arrive_and_the_transcript_only_where_it_is_shipped()
    {
        await platform.Api.PostAsync(Route, new
        {
            scope = "campaign:chosen",
            url = platform.Receiver.Url("/chosen"),
            profile = "truedy",
            eventTypes = new[] { "call.ended" },
            secret = PlatformFixture.Secret,
            shipTranscript = false,
        });

        await platform.Api.PostAsync("/v1/calls", new { id = "call_chosen", from = "+16473705600", to = "+16475551234", campaignId = "chosen" });
        await platform.Api.PostAsync("/v1/calls/call_chosen/end", new { transcript = "[Agent] Hi" });

        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/chosen"));
        Assert.Equal("call.ended", (string?)received.Json["event"]);
        Assert.Null(received.Json["data"]!["transcript"]);
        Assert.True((bool?)received.Json["data"]!["hasTranscript"]);
    }

    [Fact]
    public async Task A_deleted_endpoint_is_gone_and_receives_nothing_more()
    {
        var created = await platform.Api.PostAsync(Route, new { scope = "campaign:deleted", url = platform.Receiver.Url("/deleted"), profile = "standard" });

        var deleted = await platform.Api.DeleteAsync(created.Location!.ToString());

        Assert.Equal(HttpStatusCode.NoContent, deleted.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await platform.Api.GetAsync(created.Location!.ToString())).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await platform.Api.DeleteAsync(created.Location!.ToString())).Status);
        var accepted = await platform.Api.PostAsync("/v1/events", new { type = "campaign.completed", scopes = new[] { "campaign:deleted" }, data = new { } });
        Assert.Empty(accepted.Texts("deliveryIds"));
        Assert.DoesNotContain((await platform.Api.GetAsync(Route))["endpoints"]!.AsArray(), endpoint => (string?)endpoint!["id"] == (string?)created["id"]);
    }

    [Theory]
    [InlineData("""{"url":"https://example.com/"}""", "scope", "missing")]
    [InlineData("""{"scope":"phone:1","url":"https://example.com/"}""", "scope", "campaign:<id>")]
    [InlineData("""{"scope":"all","url":"https://10.0.0.1/","profile":"standard"}""", "url", "public")]
    [InlineData("""{"scope":"all","url":"https://example.com/","profile":"standart"}""", "profile", "Did you mean 'standard'?")]
    [InlineData("""{"scope":"all","url":"https://example.com/","profile":"truedy","secret":"0123456789abcdef","eventTypes":["call.eneded"]}""", "eventTypes", "Did you mean 'call.ended'?")]
    [InlineData("""{"scope":"all","url":"https://example.com/","profile":"standard","eventTypes":[null]}""", "eventTypes[0]", "missing")]
    public async Task What_cannot_be_accepted_is_named(string body, string field, string detail)
    {
        var answer = await platform.Api.PostTextAsync(Route, body);

        answer.IsProblem(HttpStatusCode.UnprocessableEntity, detail, field);
    }

    [Theory]
    [InlineData("""{"scope":""", "not the JSON")]
    [InlineData("null", "the body is null")]
    [InlineData("[]", "the body is an array")]
    [InlineData("", "no body")]
    public async Task What_is_no_JSON_of_this_route_answers_400(string body, string detail)
    {
        (await platform.Api.PostTextAsync(Route, body)).IsProblem(HttpStatusCode.BadRequest, detail);
    }
}
