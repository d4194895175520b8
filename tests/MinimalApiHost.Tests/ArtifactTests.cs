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
        (await platform.Api.PostTextAsync("/v1/calls/call_strange/artifacts/recording", """{"recordingUrl":"\ud800"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "surrogate", "patch.recordingUrl");
        (await platform.Api.PostTextAsync("/v1/calls/call_strange/artifacts/recording", "[1]")).IsProblem(HttpStatusCode.UnprocessableEntity, "object", "patch");
        (await platform.Api.PostTextAsync("/v1/calls/call_strange/end", """{"recordingDeadlineSeconds":-1}""")).IsProblem(HttpStatusCode.Conflict, "already");
    }

    [Fact]
    public async Task A_recording_that_comes_before_the_end_is_kept_and_the_end_tells_it_without_waiting()
    {
        var number = platform.NewNumber();
        await platform.Api.PutAsync("/v1/voice/webhooks", new { from = number, url = platform.Receiver.Url("/early"), secret = PlatformFixture.Secret });
        await platform.Api.PostAsync("/v1/calls", new { id = "call_early", from = number, to = "+16475551234", record = true });

        var kept = await platform.Api.PostAsync("/v1/calls/call_early/artifacts/recording", new { recordingAvailable = true, recordingUrl = "https://calls.example/early.mp3" });
        await platform.Api.PostAsync("/v1/calls/call_early/end", new { });

        Assert.Equal(HttpStatusCode.OK, kept.Status);
        Assert.Equal("kept", (string?)kept["outcome"]);
        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/early"));
        Assert.True((bool?)received.Json["data"]!["recordingAvailable"]);
        Assert.Equal("https://calls.example/early.mp3", (string?)received.Json["data"]!["recordingUrl"]);
    }

    [Fact]
    public async Task A_second_one_is_told_that_the_first_has_arrived_and_changes_nothing()
    {
        await EndAsync("call_second", "/second", record: true);
        await platform.Api.PostAsync("/v1/calls/call_second/artifacts/recording", new { recordingUrl = "https://calls.example/first.mp3" });

        var second = await platform.Api.PostAsync("/v1/calls/call_second/artifacts/recording", new { recordingUrl = "https://calls.example/second.mp3" });

        second.IsProblem(HttpStatusCode.Conflict, "has arrived already");
        Assert.Equal("https://calls.example/first.mp3", (string?)(await platform.Api.GetAsync("/v1/calls/call_second"))["artifacts"]!["recording"]!["recordingUrl"]);
        var received = Assert.Single(await platform.Receiver.ArrivedAsync("/second"));
        Assert.Equal("https://calls.example/first.mp3", (string?)received.Json["data"]!["recordingUrl"]);
    }

    [Fact]
    public async Task An_event_about_something_that_is_no_call_here_is_released_too()
    {
        await platform.Api.PostAsync("/v1/webhook-endpoints", new { scope = "campaign:foreign", url = platform.Receiver.Url("/foreign"), profile = "standard" });
        await platform.Api.PostAsync("/v1/events", new { type = "voicemail.left", subject = "vm_1", scopes = new[] { "campaign:foreign" }, data = new { }, waitFor = new { recording = 600 } });

        var released = await platform.Api.PostAsync("/v1/calls/vm_1/artifacts/recording", new { recordingAvailable = true });

        Assert.Equal("released", (string?)released["outcome"]);
        Assert.True((bool?)Assert.Single(await platform.Receiver.ArrivedAsync("/foreign")).Json["data"]!["recordingAvailable"]);
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
