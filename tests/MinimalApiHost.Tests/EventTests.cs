using System.Net;

namespace MinimalApiHost.Tests;

public sealed class EventTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    [Fact]
    public async Task The_data_arrives_as_JavaScript_would_print_what_was_posted()
    {
        await ListenAsync("exact");

        await platform.Api.PostTextAsync("/v1/events", """
            { "type": "voicemail.left", "scopes": ["campaign:exact"], "data": { "b": 2.50, "a": 1e21, "10": "é\ud83d\ude00/", "2": 9007199254740991, "__proto__": null } }
            """);

        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/exact"));
        Assert.EndsWith(""","data":{"2":9007199254740991,"10":"é😀/","b":2.5,"a":1e+21,"__proto__":null}}""", received.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_answer_has_the_events_id_and_its_deliveries()
    {
        await ListenAsync("ids");

        var accepted = await platform.Api.PostAsync("/v1/events", new { type = "voicemail.left", subject = "call_ids", scopes = new[] { "campaign:ids" }, data = new { } });

        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        var delivery = await platform.Api.DeliveryAsync(accepted.Texts("deliveryIds").Single(), "delivered");
        Assert.Equal((string?)accepted["eventId"], (string?)delivery["eventId"]);
    }

    [Fact]
    public async Task Where_the_platform_names_no_types_of_its_own_any_is_taken_and_heard()
    {
        var api = new Api(platform.Start(("Webhooks:EventTypes", "")), "demo-key");
        await api.PostAsync("/v1/webhook-endpoints", new { scope = "campaign:any", url = platform.Receiver.Url("/any"), profile = "standard" });

        await api.PostAsync("/v1/events", new { type = "lead.found", scopes = new[] { "campaign:any" }, data = new { n = 1 } });

        Assert.Equal("lead.found", (string?)Assert.Single(await platform.Receiver.ArrivedAsync("/any")).Json["type"]);
    }

    [Fact]
    public async Task A_second_event_with_the_same_key_is_the_first()
    {
        await ListenAsync("idempotent");
        var same = new { type = "voicemail.left", idempotencyKey = "once", scopes = new[] { "campaign:idempotent" }, data = new { n = 1 } };

        var first = await platform.Api.PostAsync("/v1/events", same);
        var second = await platform.Api.PostAsync("/v1/events", same);

        Assert.False((bool?)first["isDuplicate"]);
        Assert.True((bool?)second["isDuplicate"]);
        Assert.Equal((string?)first["eventId"], (string?)second["eventId"]);
        Assert.Equal(first.Texts("deliveryIds"), second.Texts("deliveryIds"));
    }

    [Fact]
    public async Task An_event_waits_for_what_it_names()
    {
        await ListenAsync("waiting");

        var accepted = await platform.Api.PostAsync("/v1/events", new
        {
            type = "voicemail.left",
            subject = "call_waiting",
            scopes = new[] { "campaign:waiting" },
            data = new { },
            waitFor = new { recording = 600, summary = 600 },
        });

        var delivery = await platform.Api.GetAsync($"/v1/deliveries/{accepted.Texts("deliveryIds").Single()}");
        Assert.Equal(["recording", "summary"], delivery.Texts("heldFor").Order());
        Assert.Equal("stillHeld", (string?)(await platform.Api.PostAsync("/v1/calls/call_waiting/artifacts/summary", new { summary = "short" }))["outcome"]);
        Assert.Equal("released", (string?)(await platform.Api.PostAsync("/v1/calls/call_waiting/artifacts/recording"))["outcome"]);
        Assert.Single(await platform.Receiver.ArrivedAsync("/waiting"));
    }

    [Theory]
    [InlineData("""{"data":{}}""", "type", "missing")]
    [InlineData("""{"type":"call ended","data":{}}""", "type", "not an event type")]
    [InlineData("""{"type":"call.eneded","data":{}}""", "type", "Did you mean 'call.ended'?")]
    [InlineData("""{"type":"voicemail.heard","data":{}}""", "type", "voicemail.read. Add it to the platform's setting Webhooks__EventTypes if it is new.")]
    [InlineData("""{"type":"call.ended"}""", "data", "Give 'data'")]
    [InlineData("""{"type":"call.ended","data":[1]}""", "data", "top level is an array")]
    [InlineData("""{"type":"call.ended","data":null}""", "data", "top level")]
    [InlineData("""{"type":"call.ended","data":{"n":9007199254740993}}""", "data.n", "9007199254740993")]
    [InlineData("""{"type":"call.ended","data":{"n":1,"n":2}}""", "data.n", "twice")]
    [InlineData("""{"type":"call.ended","data":{"n":"\ud800"}}""", "data.n", "surrogate")]
    [InlineData("""{"type":"call.ended","data":{},"scopes":["all","nowhere"]}""", "scopes[1]", "not a scope")]
    [InlineData("""{"type":"call.ended","data":{},"scopes":[null]}""", "scopes[0]", "missing")]
    [InlineData("""{"type":"call.ended","data":{},"waitFor":{"recording":5}}""", "subject", "no subject")]
    [InlineData("""{"type":"call.ended","subject":"c","data":{},"waitFor":{"recording":0}}""", "waitFor.recording", "seconds above 0")]
    [InlineData("""{"type":"call.ended","subject":"c","data":{},"waitFor":{"recording":1e300}}""", "waitFor.recording", "86400")]
    public async Task What_cannot_be_accepted_is_named(string body, string field, string detail)
    {
        (await platform.Api.PostTextAsync("/v1/events", body)).IsProblem(HttpStatusCode.UnprocessableEntity, detail, field);
    }

    private Task<Answer> ListenAsync(string name) =>
        platform.Api.PostAsync("/v1/webhook-endpoints", new { scope = $"campaign:{name}", url = platform.Receiver.Url($"/{name}"), profile = "standard" });
}
