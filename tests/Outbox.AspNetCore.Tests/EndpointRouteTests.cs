using System.Net;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Tests;

public sealed class EndpointRouteTests
{
    private const string Url = "http://127.0.0.1:9/hooks/secret-path";

    [Fact]
    public async Task An_endpoint_is_registered_shown_changed_and_deleted()
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();

        var created = (await ops.PostAsync("endpoints", Seeds.Endpoint(Url, "number:+16473705600"))).Is(HttpStatusCode.Created);
        var id = (string)created.Json["endpoint"]!["id"]!;
        var shown = (await ops.GetAsync($"endpoints/{id}")).Is(HttpStatusCode.OK);
        var changed = (await ops.PutAsync($"endpoints/{id}", new { scope = "all", url = Url, profile = "huskyvoice", maxPerSecond = 5 })).Is(HttpStatusCode.OK);
        (await ops.DeleteAsync($"endpoints/{id}")).Is(HttpStatusCode.NoContent);

        Assert.Equal($"endpoints/{id}", created.Response.Headers.Location?.ToString());
        Assert.True((bool)created.Json["created"]!);
        Assert.Null(created.Json["generatedSecret"]);
        Assert.Equal(Url, (string?)shown.Json["endpoint"]!["url"]);
        Assert.Equal("idle", (string?)shown.Json["health"]!["state"]);
        Assert.Equal(0, (int)shown.Json["backlog"]!["ready"]!["count"]!);
        Assert.Equal(5, (int)changed.Json["endpoint"]!["maxPerSecond"]!);
        Assert.Equal("ters", (string?)changed.Json["endpoint"]!["secretHint"]);
        (await ops.GetAsync($"endpoints/{id}")).IsProblem(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task No_answer_ever_holds_a_secret_but_the_one_that_was_generated_just_now()
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var id = await ops.RegisterAsync(Url);

        var rotated = (await ops.PostAsync($"endpoints/{id}/rotate-secret", new { secret = (string?)null, overlapSeconds = 60 })).Is(HttpStatusCode.OK);
        var generated = (string)rotated.Json["generatedSecret"]!;
        var delivery = await host.EnqueueAsync();
        Reply[] all =
        [
            await ops.GetAsync("endpoints"),
            await ops.GetAsync($"endpoints/{id}"),
            await ops.GetAsync($"deliveries/{delivery}"),
            await ops.PostAsync("tester/preview", new { endpointId = id, type = "call.completed" }),
            await ops.PostAsync($"endpoints/{id}/rotate-secret", new { secret = Seeds.Secret + "2", overlapSeconds = 0 }),
        ];

        Assert.NotNull(rotated.Json["endpoint"]!["previousSecretUntil"]);
        Assert.Equal(generated[^4..], (string?)rotated.Json["endpoint"]!["secretHint"]);
        Assert.All(all, reply => Assert.DoesNotContain(generated, reply.Text, StringComparison.Ordinal));
        Assert.All(all, reply => Assert.DoesNotContain(Seeds.Secret, reply.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"url":"https://a.example/x","profile":"standard"}""", "scope")]
    [InlineData("""{"scope":"all","profile":"standard"}""", "url")]
    [InlineData("""{"scope":"all","url":"https://a.example/x"}""", "profile")]
    [InlineData("""{"scope":"planet:mars","url":"https://a.example/x","profile":"standard"}""", "scope")]
    [InlineData("""{"scope":"all","url":"ftp://a.example/x","profile":"standard"}""", "url")]
    [InlineData("""{"scope":"all","url":"https://a.example/x","profile":"standart"}""", "profile")]
    [InlineData("""{"scope":"all","url":"https://a.example/x","profile":"huskyvoice","secret":"short"}""", "secret")]
    [InlineData("""{"scope":"all","url":"https://a.example/x","profile":"huskyvoice","secret":"a-secret-of-some-length","eventTypes":["call.exploded"]}""", "eventTypes")]
    [InlineData("""{"scope":"all","url":"https://a.example/x","profile":"standard","maxPerSecond":0}""", "maxPerSecond")]
    public async Task What_cannot_be_registered_is_refused_with_its_field(string body, string field)
    {
        await using var host = await ManagementHost.StartAsync();

        (await host.As().PostAsync("endpoints", body)).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", field);
    }

    [Theory]
    [InlineData("not json", null)]
    [InlineData("null", null)]
    [InlineData("""{"scope":"all","surprise":1}""", "surprise")]
    [InlineData("""{"scope":17}""", "scope")]
    [InlineData("""[]""", null)]
    public async Task What_cannot_be_read_is_malformed(string body, string? field)
    {
        await using var host = await ManagementHost.StartAsync();

        (await host.As().PostAsync("endpoints", body)).IsProblem(HttpStatusCode.BadRequest, "malformed", field);
    }

    [Fact]
    public async Task A_form_is_not_read_as_JSON()
    {
        await using var host = await ManagementHost.StartAsync();
        using var form = new FormUrlEncodedContent([new("scope", "all")]);

        using var answer = await host.As().Http.PostAsync(new Uri("/outbox/api/endpoints", UriKind.Relative), form);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task Putting_keeps_the_secret_and_whether_it_is_enabled()
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var id = await ops.RegisterAsync(Url);
        (await ops.PostAsync($"endpoints/{id}/disable", new { reason = "moves house" })).Is(HttpStatusCode.OK);

        var put = await ops.PutAsync($"endpoints/{id}", new { scope = "all", url = Url, profile = "huskyvoice" });

        Assert.False((bool)put.Json["endpoint"]!["enabled"]!);
        Assert.Equal("ters", (string?)put.Json["endpoint"]!["secretHint"]);
        (await ops.PutAsync("endpoints/ep_none", new { scope = "all", url = Url, profile = "huskyvoice" })).IsProblem(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Disabling_parks_and_enabling_drains_with_an_operation_that_tells_how_far()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var id = await ops.RegisterAsync(receiver.Url("/hooks"));
        var disabled = (await ops.PostAsync($"endpoints/{id}/disable", new { reason = "moves house" })).Is(HttpStatusCode.OK);
        var delivery = await host.EnqueueAsync();
        await ops.UntilStatusAsync(delivery, DeliveryStatus.Parked);

        var enabled = (await ops.PostAsync($"endpoints/{id}/enable")).Is(HttpStatusCode.OK);
        var ended = await ops.UntilAsync($"operations/{(string)enabled.Json["operation"]!["id"]!}", operation => (string?)operation["state"] == "succeeded");

        Assert.Equal("moves house", (string?)disabled.Json["endpoint"]!["disabledReason"]);
        Assert.Equal("drain", (string?)ended["kind"]);
        Assert.Equal(1, (int)ended["done"]!);
        await ops.UntilStatusAsync(delivery, DeliveryStatus.Delivered);
        Assert.Null((await ops.PostAsync($"endpoints/{id}/enable")).Json["operation"]);
    }

    [Fact]
    public async Task A_test_event_goes_to_that_endpoint_alone()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var id = await ops.RegisterAsync(receiver.Url("/tested"), "campaign:spring");
        await ops.RegisterAsync(receiver.Url("/other"));

        var sent = (await ops.PostAsync($"endpoints/{id}/test-event", new { type = "call.completed", data = new { id = "call_9" } })).Is(HttpStatusCode.Accepted);
        var arrived = await receiver.NextAsync();
        await ops.UntilStatusAsync((string)sent.Json["deliveryId"]!, DeliveryStatus.Delivered);

        Assert.Equal("/tested", arrived.Path);
        Assert.Contains("call_9", System.Text.Encoding.UTF8.GetString(arrived.Body), StringComparison.Ordinal);
        Assert.Single(receiver.All);
        (await ops.PostAsync($"endpoints/{id}/test-event", new { type = (string?)null })).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "type");
        (await ops.PostAsync($"endpoints/{id}/test-event", new { type = "call.completed", data = new[] { 1 } })).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "data");
        (await ops.PostAsync("endpoints/ep_none/test-event", new { type = "call.completed" })).IsProblem(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task The_list_has_filters_and_pages()
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var ids = new List<string>();
        foreach (var (scope, tenant) in new[] { ("all", "acme"), ("campaign:a", "acme"), ("campaign:b", null) })
        {
            ids.Add(await ops.RegisterAsync($"http://127.0.0.1:9/{scope.Replace(':', '-')}", scope, tenant: tenant));
        }

        await ops.PostAsync($"endpoints/{ids[1]}/disable", new { reason = "test" });
        var first = await ops.GetAsync("endpoints?limit=2");
        var second = await ops.GetAsync($"endpoints?limit=2&cursor={Uri.EscapeDataString((string)first.Json["nextCursor"]!)}");

        Assert.Equal(ids, first.Items().Concat(second.Items()).Select(item => (string)item!["endpoint"]!["id"]!));
        Assert.Null(second.Json["nextCursor"]);
        Assert.Equal([ids[1]], await FindAsync("state=disabled"));
        Assert.Equal([ids[0], ids[1]], await FindAsync("tenant=acme"));
        Assert.Equal([ids[2]], await FindAsync("scope=campaign:b"));
        Assert.Equal([ids[2]], await FindAsync("search=campaign-B"));
        Assert.Empty(await FindAsync("profile=ttma"));
        (await ops.GetAsync("endpoints?state=odd")).IsProblem(HttpStatusCode.BadRequest, "malformed", "state");
        (await ops.GetAsync("endpoints?limit=0")).IsProblem(HttpStatusCode.BadRequest, "malformed", "limit");
        (await ops.GetAsync("endpoints?cursor=odd")).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "cursor");

        async Task<IEnumerable<string>> FindAsync(string filter) =>
            (await ops.GetAsync($"endpoints?{filter}")).Items().Select(item => (string)item!["endpoint"]!["id"]!);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1e300)]
    public async Task An_overlap_out_of_range_is_refused(double overlapSeconds)
    {
        await using var host = await ManagementHost.StartAsync();
        var id = await host.As().RegisterAsync(Url);

        (await host.As().PostAsync($"endpoints/{id}/rotate-secret", new { overlapSeconds })).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", "overlapSeconds");
    }
}
