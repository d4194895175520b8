using System.Net;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Tests;

public sealed class FigureTests
{
    [Fact]
    public async Task What_was_sent_shows_in_charts_and_in_the_endpoints_health()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer("/bad", 500);
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var good = await ops.RegisterAsync(receiver.Url("/good"), "campaign:good");
        var bad = await ops.RegisterAsync(receiver.Url("/bad"), "campaign:bad");
        foreach (var scope in new[] { "campaign:good", "campaign:bad" })
        {
            await host.Outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson("call.completed", "{}") with { Scopes = [scope] });
        }

        var overview = await ops.UntilAsync("overview", found => (int)found["totals"]!["attempts"]! == 2);
        var ofGood = await ops.GetAsync($"activity?endpoint={good}&window=24h");
        var endpoint = await ops.GetAsync($"endpoints/{bad}");

        Assert.Equal(60, overview["series"]!.AsArray().Count);
        Assert.Equal((1, 1, 0.5), ((int)overview["totals"]!["delivered"]!, (int)overview["totals"]!["failed"]!, (double)overview["totals"]!["successRate"]!));
        Assert.NotNull(overview["totals"]!["latencyMs"]!["p95"]);
        Assert.Equal(2, overview["series"]!.AsArray().Sum(point => (int)point!["attempts"]!));
        Assert.Equal(1, (int)overview["backlog"]!["scheduled"]!["count"]!);
        Assert.Equal((2, 1), ((int)overview["endpoints"]!["total"]!, (int)overview["endpoints"]!["failing"]!));
        Assert.Equal([bad], overview["failing"]!.AsArray().Select(failing => (string)failing!["id"]!));
        Assert.Equal((96, 1), (ofGood.Json["series"]!.AsArray().Count, (int)ofGood.Json["totals"]!["attempts"]!));
        Assert.Equal(("failing", "http_500"), ((string?)endpoint.Json["health"]!["state"], (string?)endpoint.Json["health"]!["lastError"]));
        Assert.Single(endpoint.Json["health"]!["strip"]!.AsArray());
        Assert.Equal(168, (await ops.GetAsync("activity?window=7d")).Json["series"]!.AsArray().Count);
    }

    [Fact]
    public async Task Odd_windows_and_unknown_endpoints_are_refused()
    {
        await using var host = await ManagementHost.StartAsync();

        (await host.As().GetAsync("overview?window=1y")).IsProblem(HttpStatusCode.BadRequest, "malformed", "window");
        (await host.As().GetAsync("activity?endpoint=ep_none")).IsProblem(HttpStatusCode.NotFound, "not-found");
    }
}
