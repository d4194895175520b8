using System.Net;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Tests;

public sealed class DeliveryRouteTests
{
    [Fact]
    public async Task A_delivery_is_told_with_its_event_its_bytes_its_attempts_and_its_timeline()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer("/hooks", async context =>
        {
            context.Response.StatusCode = 500;
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "<script>alert(1)</script>");
        });
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var endpoint = await ops.RegisterAsync(receiver.Url("/hooks"), profile: "ttma");
        var id = await host.EnqueueAsync(type: "call.ended", tenant: "acme");
        var arrived = await receiver.NextAsync();

        var delivery = await ops.UntilAsync($"deliveries/{id}", found => (int)found["attempts"]! == 1);

        Assert.Equal(("call.ended", "acme", "call_1", endpoint), ((string?)delivery["type"], (string?)delivery["tenant"], (string?)delivery["subject"], (string?)delivery["endpointId"]));
        Assert.Equal("""{"id":"call_1"}""", (string?)delivery["event"]!["data"]);
        Assert.Equal(["all", "tenant:acme", "call:call_1"], delivery["event"]!["scopes"]!.AsArray().Select(scope => (string)scope!));
        Assert.Equal(arrived.Body, Convert.FromBase64String((string)delivery["request"]!["bodyBase64"]!));
        var signature = delivery["request"]!["headers"]!.AsArray().Single(header => (string?)header!["name"] == "X-TTMA-Signature")!;
        Assert.Null(signature["value"]);
        var attempt = Assert.Single(delivery["attemptLog"]!.AsArray())!;
        Assert.Equal((500, false, "<script>alert(1)</script>"), ((int)attempt["statusCode"]!, (bool)attempt["ok"]!, (string?)attempt["excerpt"]));
        Assert.Equal(["enqueued", "attempt", "scheduled"], delivery["timeline"]!.AsArray().Select(entry => (string)entry!["kind"]!));
        Assert.True((bool)delivery["canCancel"]!);
        Assert.False((bool)delivery["canReplay"]!);
    }

    [Fact]
    public async Task A_held_delivery_tells_what_it_waits_for()
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        await ops.RegisterAsync("http://127.0.0.1:9/");
        var enqueued = await host.Outbox.EnqueueInOwnTransactionAsync(
            WebhookEvent.FromJson("call.completed", "{}") with { Subject = "call_1", Holds = [new("recording", TimeSpan.FromHours(1))] });

        var held = (await ops.GetAsync($"deliveries/{enqueued.DeliveryIds[0]}")).Is(HttpStatusCode.OK);

        Assert.Equal(["recording"], held.Json["heldFor"]!.AsArray().Select(artifact => (string)artifact!));
        Assert.Equal(["enqueued", "held", "scheduled"], held.Json["timeline"]!.AsArray().Select(entry => (string)entry!["kind"]!));
        Assert.Null(Assert.Single(held.Json["holds"]!.AsArray())!["releasedAt"]);
    }

    [Fact]
    public async Task Cancel_and_replay_do_what_they_say_and_refuse_what_they_cannot()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer("/hooks", 500, 200);
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        await ops.RegisterAsync(receiver.Url("/hooks"));
        var id = await host.EnqueueAsync();
        await ops.UntilAsync($"deliveries/{id}", found => (int)found["attempts"]! == 1);

        (await ops.PostAsync($"deliveries/{id}/replay")).IsProblem(HttpStatusCode.Conflict, "conflict");
        var cancelled = (await ops.PostAsync($"deliveries/{id}/cancel", new { reason = "customer asked" })).Is(HttpStatusCode.OK);
        (await ops.PostAsync($"deliveries/{id}/cancel", new { reason = "again" })).IsProblem(HttpStatusCode.Conflict, "conflict");
        (await ops.PostAsync($"deliveries/{id}/replay")).Is(HttpStatusCode.Accepted);
        await ops.UntilStatusAsync(id, DeliveryStatus.Delivered);

        Assert.Equal(("cancelled", "customer asked"), ((string?)cancelled.Json["delivery"]!["status"], (string?)cancelled.Json["delivery"]!["lastError"]));
        (await ops.PostAsync($"deliveries/{id}/cancel", new { reason = new string('x', 201) })).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "reason");
        (await ops.PostAsync("deliveries/dlv_none/replay")).IsProblem(HttpStatusCode.NotFound, "not-found");
        (await ops.PostAsync("deliveries/dlv_none/cancel", new { reason = "x" })).IsProblem(HttpStatusCode.NotFound, "not-found");
        (await ops.GetAsync("deliveries/dlv_none")).IsProblem(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task The_list_has_filters_pages_and_counts()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var endpoint = await ops.RegisterAsync(receiver.Url("/hooks"));
        var ids = new List<string>();
        foreach (var subject in new[] { "call_17", "call_18", "other" })
        {
            ids.Insert(0, await host.EnqueueAsync(subject, tenant: "acme"));
            await ops.UntilStatusAsync(ids[0], DeliveryStatus.Delivered);
        }

        var first = await ops.GetAsync("deliveries?limit=2");
        var second = await ops.GetAsync($"deliveries?limit=2&cursor={Uri.EscapeDataString((string)first.Json["nextCursor"]!)}");

        Assert.Equal(ids, first.Items().Concat(second.Items()).Select(item => (string)item!["id"]!));
        Assert.Equal([ids[2]], await FindAsync("subject=call_17"));
        Assert.Equal([ids[1], ids[2]], await FindAsync("search=call_"));
        Assert.Equal([ids[1]], await FindAsync($"search={ids[1]}"));
        Assert.Equal(ids, await FindAsync($"search={endpoint}&status=delivered&type=call.completed&tenant=acme&error=200"));
        Assert.Empty(await FindAsync("status=open"));
        Assert.Empty(await FindAsync("error=timeout"));
        Assert.Empty(await FindAsync("until=2020-01-01T00:00:00Z"));
        Assert.Equal(3, (int)(await ops.GetAsync("deliveries/count?status=delivered")).Json["count"]!);
        Assert.Equal(1, (int)(await ops.GetAsync($"deliveries/count?search={ids[1]}")).Json["count"]!);
        (await ops.GetAsync("deliveries?status=odd")).IsProblem(HttpStatusCode.BadRequest, "malformed", "status");
        (await ops.GetAsync("deliveries?from=yesterday")).IsProblem(HttpStatusCode.BadRequest, "malformed", "from");
        (await ops.GetAsync("deliveries?limit=201")).IsProblem(HttpStatusCode.BadRequest, "malformed", "limit");
        (await ops.GetAsync("deliveries?cursor=odd")).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "cursor");
        (await ops.GetAsync("deliveries/count?status=odd")).IsProblem(HttpStatusCode.BadRequest, "malformed", "status");

        async Task<IEnumerable<string>> FindAsync(string filter) => (await ops.GetAsync($"deliveries?{filter}")).Items().Select(item => (string)item!["id"]!);
    }
}
