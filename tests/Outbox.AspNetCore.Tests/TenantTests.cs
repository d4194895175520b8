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

        string[] reads = [$"endpoints/{ours}", $"deliveries/{delivery}", $"activity?endpoint={ours}"];
        foreach (var path in reads)
        {
            (await other.GetAsync(path)).IsProblem(HttpStatusCode.NotFound, "not-found");
        }

        (string Path, object? Body)[] changes =
        [
            ($"endpoints/{ours}/enable", null),
            ($"endpoints/{ours}/disable", new { reason = "x" }),
            ($"endpoints/{ours}/rotate-secret", new { }),
            ($"endpoints/{ours}/test-event", new { type = "call.completed" }),
            ($"deliveries/{delivery}/replay", null),
            ($"deliveries/{delivery}/cancel", new { reason = "x" }),
            ("deliveries/replay", new { ids = new[] { delivery }, dryRun = true }),
            ("tester/preview", new { endpointId = ours, type = "call.completed" }),
            ("tester/send", new { endpointId = ours, type = "call.completed" }),
        ];
        foreach (var (path, body) in changes)
        {
            (await other.PostAsync(path, body)).IsProblem(HttpStatusCode.NotFound, "not-found");
        }

        (await other.PutAsync($"endpoints/{ours}", Seeds.Endpoint("http://127.0.0.1:9/theirs"))).IsProblem(HttpStatusCode.NotFound, "not-found");
        (await other.DeleteAsync($"endpoints/{ours}")).IsProblem(HttpStatusCode.NotFound, "not-found");
        (await acme.GetAsync($"endpoints/{ours}")).Is(HttpStatusCode.OK);
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
