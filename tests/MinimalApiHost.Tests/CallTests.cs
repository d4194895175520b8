using System.Net;
using Outbox.Profiles;
using Outbox.Signing;

namespace MinimalApiHost.Tests;

public sealed class CallTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    [Fact]
    public async Task An_ended_call_arrives_as_TTMA_publishes_it()
    {
        var number = await ListenAsync("/published");
        await platform.Api.PostAsync("/v1/calls", new { id = "call_published", from = number, to = "+16475551234", direction = "outbound" });

        await platform.Api.PostTextAsync("/v1/calls/call_published/end", """
            {
              "status": "completed", "endedReason": "botHangup", "durationSeconds": 312, "transcript": "[Agent] Hi, this is Sol 😀",
              "task": { "goal": "Collect payment from Bobby", "escalation": null }, "usage": { "turnCount": 8 }, "quality": { "grade": "A", "score": 2.50 }
            }
            """);

        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/published"));
        var data = received.Json["data"]!;
        Assert.True(new WebhookVerifier(WebhookProfile.Ttma, PlatformFixture.Secret).Verify(received.Body, received.Headers).IsValid);
        Assert.Equal("call.ended", (string?)received.Json["event"]);
        Assert.Equal(
            ["id", "direction", "status", "endedReason", "callerNumber", "calledNumber", "startedAt", "endedAt", "durationSeconds",
                "recordingAvailable", "hasTranscript", "transcript", "task", "usage", "quality"],
            data.AsObject().Select(property => property.Key));
        Assert.Equal(number, (string?)data["callerNumber"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)data["endedAt"]);
        Assert.Contains("""
            "transcript":"[Agent] Hi, this is Sol 😀","task":{"goal":"Collect payment from Bobby","escalation":null},"usage":{"turnCount":8},"quality":{"grade":"A","score":2.5}
            """, received.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_inbound_call_has_no_task_and_reaches_the_number_that_was_called()
    {
        var number = await ListenAsync("/inbound");
        await platform.Api.PostAsync("/v1/calls", new { id = "call_inbound", from = "+16475551234", to = number, direction = "inbound" });

        await platform.Api.PostAsync("/v1/calls/call_inbound/end", new { task = new { goal = "ignored" } });

        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/inbound"));
        Assert.Contains("\"task\":null", received.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_is_given_an_id_and_shows_its_row()
    {
        var started = await platform.Api.PostAsync("/v1/calls", new { from = "+16473705600", to = "+16475551234", metadata = new { patient = "pat_123" } });

        var shown = await platform.Api.GetAsync(started.Location!.ToString());

        Assert.Equal(HttpStatusCode.Created, started.Status);
        Assert.Equal((string?)started["id"], (string?)shown["id"]);
        Assert.Equal("in-progress", (string?)shown["status"]);
        Assert.Equal("pat_123", (string?)shown["metadata"]!["patient"]);
    }

    [Fact]
    public async Task A_second_call_of_the_same_id_is_refused_and_sends_nothing()
    {
        await platform.Api.PostAsync("/v1/calls", new { id = "call_twice", from = "+16473705600", to = "+16475551234", webhook_url = platform.Receiver.Url("/twice") });

        var second = await platform.Api.PostAsync("/v1/calls", new { id = "call_twice", from = "+16473705600", to = "+16475551234" });

        second.IsProblem(HttpStatusCode.Conflict, "call_twice");
        await platform.Api.PostAsync("/v1/calls/call_twice/end", new { });
        await platform.Receiver.ArrivedAsync("/twice");
        Assert.Single((await platform.Api.GetAsync("/v1/deliveries?subject=call_twice"))["deliveries"]!.AsArray());
    }

    [Fact]
    public async Task A_call_ends_once()
    {
        await platform.Api.PostAsync("/v1/calls", new { id = "call_once", from = "+16473705600", to = "+16475551234" });
        await platform.Api.PostAsync("/v1/calls/call_once/end", new { });

        (await platform.Api.PostAsync("/v1/calls/call_once/end", new { })).IsProblem(HttpStatusCode.Conflict, "already");
        (await platform.Api.PostAsync("/v1/calls/call_never/end", new { })).IsProblem(HttpStatusCode.NotFound, "call_never");
    }

    [Fact]
    public async Task A_rolled_back_end_answers_500_and_leaves_no_trace()
    {
        var number = await ListenAsync("/undone");
        await platform.Api.PostAsync("/v1/calls", new { id = "call_undone", from = number, to = "+16475551234" });

        var undone = await platform.Api.PostAsync("/v1/calls/call_undone/end?simulate=rollback", new { });

        undone.IsProblem(HttpStatusCode.InternalServerError, "rolled back");
        Assert.Equal("in-progress", (string?)(await platform.Api.GetAsync("/v1/calls/call_undone"))["status"]);
        Assert.Empty((await platform.Api.GetAsync("/v1/deliveries?subject=call_undone"))["deliveries"]!.AsArray());

        // The next event of the same number arrives, and it is the first.
        await platform.Api.PostAsync("/v1/calls/call_undone/end", new { });
        Assert.Single(await platform.Receiver.ArrivedAsync("/undone"));
    }

    [Fact]
    public async Task A_calls_own_webhook_arrives_signed_under_TopCalls_names()
    {
        var started = await platform.Api.PostAsync("/v1/calls", new
        {
            id = "call_own",
            from = "+16473705600",
            to = "+14155551234",
            webhook_url = platform.Receiver.Url("/own"),
            webhook_events = new[] { "call.completed", "call.failed" },
            webhook_secret = PlatformFixture.Secret,
        });

        await platform.Api.PostAsync("/v1/calls/call_own/end", new { durationSeconds = 2.5 });

        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/own"));
        var verification = new WebhookVerifier(WebhookProfile.TopCalls, PlatformFixture.Secret).Verify(received.Body, received.Headers);
        Assert.True(verification.IsValid);
        Assert.Equal("call_own", (string?)received.Json["id"]);
        var endpoint = await platform.Api.GetAsync($"/v1/webhook-endpoints/{started["webhookEndpointId"]}");
        Assert.Equal("call:call_own", (string?)endpoint["scope"]);
        var lifetime = endpoint["expiresAt"]!.GetValue<DateTimeOffset>() - endpoint["createdAt"]!.GetValue<DateTimeOffset>();
        Assert.Equal(24, lifetime.TotalHours, tolerance: 0.1);
    }

    [Theory]
    [InlineData("""{"to":"+16475551234"}""", "from", "missing")]
    [InlineData("""{"from":"+16473705600","to":"+16475551234","direction":"sideways"}""", "direction", "outbound, inbound")]
    [InlineData("""{"from":"+16473705600","to":"+16475551234","webhook_url":"http://10.0.0.1/"}""", "webhook_url", "10.0.0.1")]
    [InlineData("""{"from":"+16473705600","to":"+16475551234","webhook_url":"https://example.com/","webhook_secret":"short"}""", "webhook_secret", "16")]
    [InlineData("""{"from":"+16473705600","to":"+16475551234","webhook_events":["call.failed"]}""", "webhook_url", "nowhere to send")]
    [InlineData("""{"from":"16473705600","to":"+16475551234"}""", "from", "E.164")]
    [InlineData("""{"from":"+16473705600","to":"a\u0001b"}""", "to", "number")]
    [InlineData("""{"from":"+16473705600","to":"+16475551234","campaignId":" "}""", "campaignId", "A campaign scope needs the campaign after 'campaign:'")]
    [InlineData("""{"from":"+16473705600","to":"+16475551234","webhook_url":"https://example.com/","webhook_events":["call.complete"]}""", "webhook_events", "Did you mean 'call.completed'? Known are: call.completed, call.failed, campaign.started, campaign.completed.")]
    public async Task A_call_that_cannot_be_accepted_is_not_stored(string body, string field, string detail)
    {
        (await platform.Api.PostTextAsync("/v1/calls", body.Replace("{", """{"id":"call_refused",""", StringComparison.Ordinal)))
            .IsProblem(HttpStatusCode.UnprocessableEntity, detail, field);

        Assert.Equal(HttpStatusCode.NotFound, (await platform.Api.GetAsync("/v1/calls/call_refused")).Status);
    }

    [Theory]
    [InlineData("""{"status":"Failed"}""", "status", "completed, failed")]
    [InlineData("""{"status":""}""", "status", "completed, failed")]
    [InlineData("""{"durationSeconds":-1}""", "durationSeconds", "0 or more")]
    [InlineData("""{"recordingDeadlineSeconds":0}""", "recordingDeadlineSeconds", "above 0")]
    [InlineData("""{"transcript":"\ud800"}""", "transcript", "surrogate")]
    [InlineData("""{"usage":{"turns":[{"said":"\udc00"}]}}""", "usage.turns.said", "surrogate")]
    public async Task An_end_that_cannot_be_accepted_leaves_the_call_going_on(string body, string field, string detail)
    {
        var started = await platform.Api.PostAsync("/v1/calls", new { from = "+16473705600", to = "+16475551234", record = true });

        (await platform.Api.PostTextAsync($"{started.Location}/end", body)).IsProblem(HttpStatusCode.UnprocessableEntity, detail, field);
        (await platform.Api.PostTextAsync($"{started.Location}/end?simulate=rolback", "{}")).IsProblem(HttpStatusCode.UnprocessableEntity, "rollback", "simulate");

        Assert.Equal("in-progress", (string?)(await platform.Api.GetAsync(started.Location!.ToString()))["status"]);
    }

    private async Task<string> ListenAsync(string path)
    {
        var number = platform.NewNumber();
        await platform.Api.PutAsync("/v1/voice/webhooks", new { from = number, url = platform.Receiver.Url(path), secret = PlatformFixture.Secret });
        return number;
    }
}
