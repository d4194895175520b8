using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Testing;

namespace Outbox.AspNetCore.Tests;

public sealed class LiveTests
{
    [Fact]
    public async Task A_page_that_looks_on_is_told_of_a_delivery_as_it_comes_and_changes()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ManagementHost.StartAsync();
        await host.As().RegisterAsync(receiver.Url("/hooks"));
        await using var live = await EventSource.OpenAsync(host.As(), "live?topics=deliveries&limit=10");

        var first = await live.NextAsync("deliveries");
        var id = await host.EnqueueAsync();
        await live.UntilAsync("deliveries", told => told["items"]!.AsArray().Any(item => (string?)item!["id"] == id && (string?)item["status"] == "delivered"));

        Assert.True((bool)first["reset"]!);
        Assert.Empty(first["items"]!.AsArray());
    }

    [Fact]
    public async Task What_matches_no_longer_is_told_as_removed()
    {
        await using var host = await ManagementHost.StartAsync();
        await host.As().RegisterAsync("http://127.0.0.1:9/");
        var held = await host.Outbox.EnqueueInOwnTransactionAsync(
            WebhookEvent.FromJson("call.completed", "{}") with { Subject = "call_1", Holds = [new("recording", TimeSpan.FromHours(1))] });
        await using var live = await EventSource.OpenAsync(host.As(), "live?topics=deliveries&status=open");

        Assert.Single((await live.NextAsync("deliveries"))["items"]!.AsArray());
        await host.As().PostAsync($"deliveries/{held.DeliveryIds[0]}/cancel", new { reason = "test" });
        var removed = await live.NextAsync("deliveries");

        Assert.Equal(held.DeliveryIds, removed["removed"]!.AsArray().Select(id => (string)id!));
    }

    [Fact]
    public async Task Several_topics_come_in_one_stream()
    {
        await using var host = await ManagementHost.StartAsync();
        var id = await host.As().RegisterAsync("http://127.0.0.1:9/");
        await using var live = await EventSource.OpenAsync(host.As(), $"live?topics=overview,endpoints,endpoint,activity&endpoint={id}");

        Assert.Equal("1h", (string?)(await live.NextAsync("overview"))["window"]);
        Assert.Single((await live.NextAsync("endpoints"))["items"]!.AsArray());
        Assert.Equal(id, (string?)(await live.NextAsync("endpoint"))["endpoint"]!["id"]);
        Assert.NotNull((await live.NextAsync("activity"))["series"]);
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_a_problem_in_the_stream()
    {
        await using var host = await ManagementHost.StartAsync();
        await using var live = await EventSource.OpenAsync(host.As(), "live?topics=delivery&id=dlv_none");

        Assert.Equal("urn:outbox:problem:not-found", (string?)(await live.NextAsync("problem"))["type"]);
    }

    [Theory]
    [InlineData("live", "topics")]
    [InlineData("live?topics=weather", "topics")]
    [InlineData("live?topics=delivery", "id")]
    [InlineData("live?topics=overview&window=1y", "window")]
    public async Task Odd_topics_are_refused_before_the_stream_begins(string path, string field)
    {
        await using var host = await ManagementHost.StartAsync();

        (await host.As().GetAsync(path)).IsProblem(HttpStatusCode.BadRequest, "malformed", field);
    }

    [Fact]
    public async Task There_is_a_bound_on_streams()
    {
        await using var host = await ManagementHost.StartAsync(options => options.MaxLiveStreams = 1);
        await using var live = await EventSource.OpenAsync(host.As(), "live?topics=operations");

        (await host.As().GetAsync("live?topics=operations")).IsProblem(HttpStatusCode.ServiceUnavailable, "busy");
    }

    [Fact]
    public async Task A_stream_ends_after_ten_minutes_so_that_who_looks_on_is_asked_anew()
    {
        var clock = new TestClock();
        await using var host = await ManagementHost.StartAsync(build: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        await using var live = await EventSource.OpenAsync(host.As(), "live?topics=operations");
        clock.Advance(TimeSpan.FromMinutes(9));

        var ended = live.EndAsync();
        Assert.False(ended.IsCompleted);
        while (!ended.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await ended;
    }
}
