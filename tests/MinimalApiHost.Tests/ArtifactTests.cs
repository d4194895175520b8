using System.Net;

namespace MinimalApiHost.Tests;

public sealed class ArtifactTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    [Fact]
    public async Task The_recording_releases_the_event_and_is_kept_with_the_call()
    {
        var delivery = await EndAsync("call_released", "/released", record: true);
        Assert.Equal("waiting", (string?)delivery["status"]);
        Assert.Equal("recording", (string?)delivery["heldFor"]!.AsArray().Single());

        var released = await platform.Api.PostAsync("/v1/calls/call_released/artifacts/recording", new { recordingAvailable = true, recordingUrl = "https://calls.example/1.mp3" });

        Assert.Equal(HttpStatusCode.OK, released.Status);
        Assert.Equal("released", (string?)released["outcome"]);
        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/released"));
        Assert.True((bool?)received.Json["data"]!["recordingAvailable"]);
        Assert.Equal("https://calls.example/1.mp3", (string?)received.Json["data"]!["recordingUrl"]);
        var call = await platform.Api.GetAsync("/v1/calls/call_released");
        Assert.Equal("https://calls.example/1.mp3", (string?)call["artifacts"]!["recording"]!["recordingUrl"]);
    }

    [Fact]
    public async Task Without_a_body_the_recording_is_simply_available()
    {
        await EndAsync("call_bare", "/bare", record: true);

        await platform.Api.PostAsync("/v1/calls/call_bare/artifacts/recording");

        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/bare"));
        Assert.True((bool?)received.Json["data"]!["recordingAvailable"]);
    }

    [Fact]
    public async Task At_its_deadline_the_event_goes_out_as_it_stands_and_the_recording_is_too_late()
    {
        var delivery = await EndAsync("call_late", "/late", record: true, deadline: 0.2);

        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/late"));
        await platform.Api.DeliveryAsync((string)delivery["id"]!, "delivered");
        var late = await platform.Api.PostAsync("/v1/calls/call_late/artifacts/recording", new { recordingAvailable = true });

        Assert.False((bool?)received.Json["data"]!["recordingAvailable"]);
        late.IsProblem(HttpStatusCode.Conflict, "has gone out without 'recording'");
        Assert.True((bool?)(await platform.Api.GetAsync("/v1/calls/call_late"))["artifacts"]!["recording"]!["recordingAvailable"]);
    }

    [Theory]
    [InlineData(false, "completed")]
    [InlineData(true, "failed")]
    public async Task Unrecorded_and_failed_calls_do_not_wait(bool record, string status)
    {
        var delivery = await EndAsync($"call_{status}", $"/{status}", record, status: status);

        Assert.Empty(delivery["heldFor"]!.AsArray());
        Assert.Single(await platform.Receiver.ArrivedAsync($"/{status}"));
        (await platform.Api.PostAsync($"/v1/calls/call_{status}/artifacts/recording", new { })).IsProblem(HttpStatusCode.NotFound, "waits for 'recording'");
    }

    [Fact]
    public async Task An_unknown_call_or_a_strange_name_or_patch_is_refused()
    {
        await EndAsync("call_strange", "/strange", record: true);

        (await platform.Api.PostAsync("/v1/calls/call_none/artifacts/recording", new { })).IsProblem(HttpStatusCode.NotFound, "call_none");
        (await platform.Api.PostAsync("/v1/calls/call_strange/artifacts/a%22b", new { })).IsProblem(HttpStatusCode.UnprocessableEntity, "not an artifact's name", "name");
        (await platform.Api.PostTextAsync("/v1/calls/call_strange/artifacts/recording", "[1]")).IsProblem(HttpStatusCode.UnprocessableEntity, "object", "patch");
        (await platform.Api.PostTextAsync("/v1/calls/call_strange/end", """{"recordingDeadlineSeconds":-1}""")).IsProblem(HttpStatusCode.Conflict, "already");
    }

    private async Task<System.Text.Json.Nodes.JsonNode> EndAsync(string id, string path, bool record, string status = "completed", double? deadline = null)
    {
        var number = platform.NewNumber();
        await platform.Api.PutAsync("/v1/voice/webhooks", new { from = number, url = platform.Receiver.Url(path), secret = PlatformFixture.Secret });
        await platform.Api.PostAsync("/v1/calls", new { id, from = number, to = "+16475551234", record });
        var ended = await platform.Api.PostAsync($"/v1/calls/{id}/end", new { status, recordingDeadlineSeconds = deadline });
        return (await platform.Api.GetAsync($"/v1/deliveries/{ended.Texts("deliveryIds").Single()}")).Json;
    }
}
