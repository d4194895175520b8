using System.Net;

namespace MinimalApiHost.Tests;

/// <summary>Each receiver hears of a call in its own vendor's words, and of each thing once.</summary>
public sealed class VendorTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    [Theory]
    [InlineData("talkifai", "type", "call.started", "call.ended", "call.ended")]
    [InlineData("truedy", "event", "call.started", "call.ended", "call.ended")]
    [InlineData("huskyvoice", "event_type", "call.initiated", "call.completed", "call.failed")]
    [InlineData("standard", "type", "call.started", "call.ended", "call.ended")]
    public async Task An_endpoint_that_names_no_types_hears_each_thing_once(string profile, string field, string started, string ended, string failed)
    {
        await RegisterAsync(profile, $"everything-{profile}", eventTypes: null);

        await PlayAsync($"everything-{profile}");

        var received = await platform.Receiver.ArrivedAsync($"/everything-{profile}", 4);
        Assert.Equal(
            new[] { (started, "in-progress"), (ended, "completed"), (started, "in-progress"), (failed, "failed") }.Order(),
            received.Select(request => ((string)request.Json[field]!, (string)request.Json["data"]!["status"]!)).Order());
        Assert.Equal(4, (await platform.Api.GetAsync($"/v1/deliveries?endpoint={await EndpointAsync(profile)}"))["deliveries"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_TopCalls_receiver_hears_of_completed_and_failed_calls()
    {
        await RegisterAsync("topcalls", "topcalls", ["call.completed", "call.failed"]);

        await PlayAsync("topcalls");

        var received = await platform.Receiver.ArrivedAsync("/topcalls", 2);
        Assert.Equal(["completed", "failed"], received.Select(request => (string)request.Json["status"]!).Order());
    }

    [Fact]
    public async Task Who_asks_for_the_same_thing_in_two_words_hears_it_in_the_platforms_own()
    {
        var endpoint = await RegisterAsync("truedy", "twice", ["call.ended", "call.failed"]);

        await PlayAsync("twice");

        Assert.Equal(["call.ended"], endpoint.Texts("eventTypes"));
        var received = await platform.Receiver.ArrivedAsync("/twice", 2);
        Assert.Equal(["call.ended", "call.ended"], received.Select(request => (string)request.Json["event"]!));
    }

    [Theory]
    [InlineData("topcalls", "call.ended", "Known are: call.completed, call.failed, campaign.started, campaign.completed.")]
    [InlineData("ttma", "call.failed", "Known are: call.ended.")]
    public async Task A_vendors_catalogue_is_the_vendors(string profile, string type, string known)
    {
        var answer = await platform.Api.PostAsync(
            "/v1/webhook-endpoints", new { scope = "campaign:catalogue", url = "https://example.com/", profile, secret = PlatformFixture.Secret, eventTypes = new[] { type } });

        answer.IsProblem(HttpStatusCode.UnprocessableEntity, known, "eventTypes");
    }

    private Task<Answer> RegisterAsync(string profile, string name, string[]? eventTypes) => platform.Api.PostAsync("/v1/webhook-endpoints", new
    {
        scope = $"campaign:{name}",
        url = platform.Receiver.Url($"/{name}"),
        profile,
        secret = profile is "talkifai" or "standard" ? null : PlatformFixture.Secret,
        eventTypes,
    });

    private async Task<string> EndpointAsync(string profile)
    {
        var all = await platform.Api.GetAsync("/v1/webhook-endpoints");
        return (string)all["endpoints"]!.AsArray().Single(endpoint => (string?)endpoint!["scope"] == $"campaign:everything-{profile}")!["id"]!;
    }

    private async Task PlayAsync(string campaign)
    {
        foreach (var status in new[] { "completed", "failed" })
        {
            var call = await platform.Api.PostAsync("/v1/calls", new { from = "+16473705600", to = "+16475551234", campaignId = campaign });
            await platform.Api.PostAsync($"{call.Location}/end", new { status });
        }
    }
}
