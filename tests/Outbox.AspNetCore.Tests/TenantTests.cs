using System.Net;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Tests;

public sealed class TenantTests
{
    [Fact]
    public async Task A_customer_sees_its_own_rows_and_every_other_id_is_not_there()
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var acme = host.As("ann", tenant: "acme", prefix: "/customer");
        var other = host.As("olga", tenant: "other", prefix: "/customer");
        var ours = (string)(await acme.PostAsync("endpoints", Seeds.Endpoint("http://127.0.0.1:9/ours"))).Is(HttpStatusCode.Created).Json["endpoint"]!["id"]!;
        await ops.RegisterAsync("http://127.0.0.1:9/platform");
        var result = await host.Outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson("call.completed", "{}") with { Subject = "call_1", Tenant = "acme" });
        var delivery = (string)(await acme.GetAsync("deliveries")).Items().Single()!["id"]!;
        var ofPlatform = result.DeliveryIds.Single(id => id != delivery);

        Assert.Equal("acme", (string?)(await acme.GetAsync("session")).Json["tenant"]);
        Assert.Equal(1, (int)(await acme.GetAsync("overview")).Json["endpoints"]!["total"]!);
        Assert.Equal(0, (int)(await other.GetAsync("overview")).Json["endpoints"]!["total"]!);
        Assert.Empty((await other.GetAsync("endpoints")).Items());
        Assert.Empty((await other.GetAsync("deliveries")).Items());
        Assert.Empty((await other.GetAsync($"deliveries?search={delivery}")).Items());
        Assert.Empty((await other.GetAsync("endpoints?tenant=acme")).Items());
        Assert.Equal(0, (int)(await other.GetAsync("deliveries/count")).Json["count"]!);
        (await acme.GetAsync($"deliveries/{delivery}")).Is(HttpStatusCode.OK);
        (await acme.GetAsync($"deliveries/{ofPlatform}")).IsProblem(HttpStatusCode.NotFound, "not-found");
        Assert.Empty((await other.GetAsync($"deliveries?endpoint={ours}")).Items());
        Assert.Empty((await other.GetAsync($"deliveries?event={result.EventId}")).Items());
        Assert.Empty((await other.GetAsync("deliveries?subject=call_1&tenant=acme")).Items());
        Assert.Equal(0, (int)(await other.GetAsync("deliveries/count?tenant=acme")).Json["count"]!);
        Assert.Equal(0, (int)(await other.PostAsync("deliveries/replay", new { filters = new { endpoint = ours }, dryRun = true })).Json["count"]!);
        Assert.Equal(0, (int)(await other.GetAsync("activity")).Json["totals"]!["attempts"]!);
    }

    [Fact]
    public async Task An_id_of_another_tenant_answers_on_every_route_as_one_that_does_not_exist()
    {
        await using var host = await ManagementHost.StartAsync();
        var acme = host.As("ann", tenant: "acme", prefix: "/customer");
        var other = host.As("olga", tenant: "other", prefix: "/customer");
        var endpoint = (string)(await acme.PostAsync("endpoints", Seeds.Endpoint("http://127.0.0.1:9/ours"))).Is(HttpStatusCode.Created).Json["endpoint"]!["id"]!;
        var delivery = await host.EnqueueAsync(tenant: "acme");
        await acme.PostAsync($"deliveries/{delivery}/cancel", new { reason = "test" });
        var operation = (string)(await acme.PostAsync("deliveries/replay", new { ids = new[] { delivery } })).Is(HttpStatusCode.Accepted).Json["id"]!;

        foreach (var one in RouteCase.WithId)
        {
            var hidden = await AskAsync(other, one.For(endpoint, delivery, operation));
            var absent = await AskAsync(other, one.For("ep_none", "dlv_none", "op_none"));
            Assert.True(hidden == HttpStatusCode.NotFound, $"{one.Route} answered {hidden} to another tenant.");
            Assert.Equal(absent, hidden);
        }

        // The same requests are answered to their owner, so it is the tenant that was refused.
        foreach (var one in RouteCase.WithId.Select(one => one.For(endpoint, delivery, operation)))
        {
            var answer = await AskAsync(acme, one);
            Assert.True(answer != HttpStatusCode.NotFound, $"{one.Route} answered {answer} to its owner.");
        }
    }

    private static async Task<HttpStatusCode> AskAsync(Caller caller, RouteCase one)
    {
        if (!one.IsStream)
        {
            return (await caller.SendAsync(one)).Status;
        }

        // A stream tells in its first event.
        await using var live = await EventSource.OpenAsync(caller, one.Path);
        var (name, data) = await live.NextAsync();
        return name == "problem" ? (HttpStatusCode)(int)data["status"]! : HttpStatusCode.OK;
    }

    [Fact]
    public async Task A_customer_cannot_register_for_another_tenant_nor_erase_for_the_platform()
    {
        await using var host = await ManagementHost.StartAsync();
        var acme = host.As("ann", tenant: "acme", prefix: "/customer");

        (await acme.PostAsync("endpoints", Seeds.Endpoint("http://127.0.0.1:9/", tenant: "other"))).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "tenant");
        (await acme.PostAsync("subjects/erase", new { subject = "call_1", dryRun = true })).IsProblem(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task A_customer_of_no_tenant_sees_nothing_at_all()
    {
        await using var host = await ManagementHost.StartAsync();
        var nobody = host.As("nora", tenant: null, prefix: "/customer");

        foreach (var path in new[] { "session", "overview", "endpoints", "deliveries", "operations", "live?topics=operations" })
        {
            (await nobody.GetAsync(path)).IsProblem(HttpStatusCode.Forbidden, "forbidden");
        }
    }

    [Fact]
    public async Task A_replay_of_a_customer_puts_back_its_own_deliveries_only_and_is_seen_by_it_alone()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ManagementHost.StartAsync();
        var acme = host.As("ann", tenant: "acme", prefix: "/customer");
        var other = host.As("olga", tenant: "other", prefix: "/customer");
        await acme.RegisterAsync(receiver.Url("/ours"));
        await host.As().RegisterAsync(receiver.Url("/platform"));
        foreach (var id in (await host.Outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson("call.completed", "{}") with { Tenant = "acme" })).DeliveryIds)
        {
            await host.As().UntilStatusAsync(id, DeliveryStatus.Delivered);
        }

        var started = (await acme.PostAsync("deliveries/replay", new { filters = new { status = "delivered" } })).Is(HttpStatusCode.Accepted);
        var operation = (string)started.Json["id"]!;
        await acme.UntilAsync($"operations/{operation}", found => (string?)found["state"] == "succeeded");

        Assert.Equal(["/ours", "/ours", "/platform"], (await receiver.NextAsync(3)).Select(received => received.Path).Order(StringComparer.Ordinal));
        Assert.Empty((await other.GetAsync("operations")).Items());
        (await other.GetAsync($"operations/{operation}")).IsProblem(HttpStatusCode.NotFound, "not-found");
    }
}
