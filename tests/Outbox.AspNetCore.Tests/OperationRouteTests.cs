using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Tests;

public sealed class OperationRouteTests
{
    [Fact]
    public async Task A_replay_of_many_is_counted_first_and_then_told_until_its_end()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var endpoint = await ops.RegisterAsync(receiver.Url("/hooks"));
        for (var i = 0; i < 3; i++)
        {
            await ops.UntilStatusAsync(await host.EnqueueAsync($"call_{i}"), DeliveryStatus.Delivered);
        }

        var filters = new { status = "delivered", endpoint };
        var counted = (await ops.PostAsync("deliveries/replay", new { filters, dryRun = true })).Is(HttpStatusCode.OK);
        var started = (await ops.PostAsync("deliveries/replay", new { filters, dryRun = false })).Is(HttpStatusCode.Accepted);
        var id = (string)started.Json["id"]!;
        var ended = await ops.UntilAsync($"operations/{id}", operation => (string?)operation["state"] != "running");

        Assert.Equal(3, (int)counted.Json["count"]!);
        Assert.Equal($"../operations/{id}", started.Response.Headers.Location?.ToString());
        Assert.Equal(("succeeded", 3, 3, "ops"), ((string?)ended["state"], (int)ended["done"]!, (int)ended["total"]!, (string?)ended["startedBy"]));
        Assert.Contains(id, (await ops.GetAsync("operations")).Items().Select(item => (string)item!["id"]!));
        (await ops.PostAsync($"operations/{id}/cancel")).IsProblem(HttpStatusCode.Conflict, "conflict");
        (await ops.GetAsync("operations/op_none")).IsProblem(HttpStatusCode.NotFound, "not-found");
        (await ops.PostAsync("operations/op_none/cancel")).IsProblem(HttpStatusCode.NotFound, "not-found");
        Assert.Equal(6, (await receiver.NextAsync(6)).Count);
    }

    [Fact]
    public async Task A_replay_of_a_list_counts_what_can_be_put_back()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        await ops.RegisterAsync(receiver.Url("/hooks"));
        var id = await host.EnqueueAsync();
        await ops.UntilStatusAsync(id, DeliveryStatus.Delivered);

        var counted = (await ops.PostAsync("deliveries/replay", new { ids = new[] { id, id }, dryRun = true })).Is(HttpStatusCode.OK);
        (await ops.PostAsync("deliveries/replay", new { ids = new[] { id }, dryRun = false })).Is(HttpStatusCode.Accepted);

        Assert.Equal(1, (int)counted.Json["count"]!);
        Assert.Equal(2, (await receiver.NextAsync(2)).Count);
        (await ops.PostAsync("deliveries/replay", new { ids = new[] { "dlv_none" }, dryRun = true })).IsProblem(HttpStatusCode.NotFound, "not-found");
    }

    [Theory]
    [InlineData("""{"dryRun":true}""", "filters")]
    [InlineData("""{"filters":{},"ids":["dlv_1"]}""", "filters")]
    [InlineData("""{"ids":[]}""", "ids")]
    [InlineData("""{"filters":{"status":"waiting"}}""", "status")]
    [InlineData("""{"filters":{"status":"open"}}""", "status")]
    public async Task What_cannot_be_replayed_is_refused(string body, string field)
    {
        await using var host = await ManagementHost.StartAsync();

        (await host.As().PostAsync("deliveries/replay", body)).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", field);
    }

    [Fact]
    public async Task A_drain_that_is_cancelled_leaves_the_rest_parked()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ManagementHost.StartAsync(options => options.MaxRunningOperations = 1, builder => builder.Services.Configure<WebhookOutboxOptions>(options => options.DrainPerSecond = 1));
        var ops = host.As();
        var id = await ops.RegisterAsync(receiver.Url("/hooks"));
        await ops.PostAsync($"endpoints/{id}/disable", new { reason = "test" });
        for (var i = 0; i < 60; i++)
        {
            await host.EnqueueAsync($"call_{i}");
        }

        var enabled = await ops.PostAsync($"endpoints/{id}/enable");
        var operation = (string)enabled.Json["operation"]!["id"]!;
        (await ops.PostAsync("subjects/erase", new { subject = "call_1" })).IsProblem(HttpStatusCode.ServiceUnavailable, "busy");
        (await ops.PostAsync($"operations/{operation}/cancel")).Is(HttpStatusCode.Accepted);
        await ops.UntilAsync($"operations/{operation}", found => (string?)found["state"] == "cancelled");
        var endpoint = await ops.GetAsync($"endpoints/{id}");

        Assert.False((bool)endpoint.Json["endpoint"]!["enabled"]!);
        Assert.True((int)endpoint.Json["backlog"]!["parked"]!["count"]! > 0);
    }

    [Fact]
    public async Task A_subject_is_erased_after_a_count()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        await ops.RegisterAsync(receiver.Url("/hooks"));
        var id = await host.EnqueueAsync();
        await ops.UntilStatusAsync(id, DeliveryStatus.Delivered);

        var counted = (await ops.PostAsync("subjects/erase", new { subject = "call_1", dryRun = true })).Is(HttpStatusCode.OK);
        var started = (await ops.PostAsync("subjects/erase", new { subject = "call_1" })).Is(HttpStatusCode.Accepted);
        await ops.UntilAsync($"operations/{(string)started.Json["id"]!}", operation => (string?)operation["state"] == "succeeded");
        var erased = await ops.GetAsync($"deliveries/{id}");

        Assert.Equal(1, (int)counted.Json["deliveries"]!["count"]!);
        Assert.DoesNotContain("call_1", (await ops.GetAsync("operations")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("call_1", erased.Text, StringComparison.Ordinal);
        Assert.Null(erased.Json["request"]);
        Assert.False((bool)erased.Json["canReplay"]!);
        (await ops.PostAsync("subjects/erase", new { subject = " " })).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "subject");
    }
}
