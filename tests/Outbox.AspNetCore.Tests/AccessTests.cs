using System.Net;

namespace Outbox.AspNetCore.Tests;

public sealed class AccessTests
{
    private static readonly (HttpMethod Method, string Path, object? Body)[] Changes =
    [
        (HttpMethod.Post, "endpoints", Seeds.Endpoint("http://127.0.0.1:9/")),
        (HttpMethod.Put, "endpoints/ep_1", Seeds.Endpoint("http://127.0.0.1:9/")),
        (HttpMethod.Delete, "endpoints/ep_1", null),
        (HttpMethod.Post, "endpoints/ep_1/enable", null),
        (HttpMethod.Post, "endpoints/ep_1/disable", new { reason = "x" }),
        (HttpMethod.Post, "endpoints/ep_1/rotate-secret", new { }),
        (HttpMethod.Post, "endpoints/ep_1/test-event", new { type = "call.completed" }),
        (HttpMethod.Post, "deliveries/dlv_1/replay", null),
        (HttpMethod.Post, "deliveries/dlv_1/cancel", new { reason = "x" }),
        (HttpMethod.Post, "deliveries/replay", new { filters = new { } }),
        (HttpMethod.Post, "subjects/erase", new { subject = "call_1" }),
        (HttpMethod.Post, "operations/op_1/cancel", null),
        (HttpMethod.Post, "tester/preview", new { endpointId = "ep_1", type = "call.completed" }),
        (HttpMethod.Post, "tester/send", new { endpointId = "ep_1", type = "call.completed" }),
    ];

    [Fact]
    public async Task Who_may_only_look_changes_nothing()
    {
        await using var host = await ManagementHost.StartAsync();
        var reader = host.As("rita", may: "look");

        Assert.False((bool)(await reader.GetAsync("session")).Json["canOperate"]!);
        foreach (var (method, path, body) in Changes)
        {
            (await reader.SendAsync(method, path, body)).IsProblem(HttpStatusCode.Forbidden, "forbidden");
        }
    }

    [Fact]
    public async Task A_change_without_our_own_header_is_refused_before_anything_else()
    {
        await using var host = await ManagementHost.StartAsync();
        var forged = host.As(csrf: false);

        foreach (var (method, path, body) in Changes)
        {
            (await forged.SendAsync(method, path, body)).IsProblem(HttpStatusCode.Forbidden, "csrf");
        }
    }

    [Fact]
    public async Task A_change_from_another_site_is_refused_even_with_the_header()
    {
        await using var host = await ManagementHost.StartAsync();
        var other = host.As();
        other.Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");

        (await other.PostAsync("endpoints", Seeds.Endpoint("http://127.0.0.1:9/"))).IsProblem(HttpStatusCode.Forbidden, "csrf");
    }

    [Fact]
    public async Task Every_answer_says_that_it_is_not_to_be_kept_framed_or_guessed_at()
    {
        await using var host = await ManagementHost.StartAsync();

        foreach (var path in new[] { "session", "endpoints/ep_none", "deliveries?status=odd" })
        {
            var headers = (await host.As().GetAsync(path)).Response.Headers;

            Assert.Equal("no-store", headers.CacheControl?.ToString());
            Assert.Equal(["nosniff"], headers.GetValues("X-Content-Type-Options"));
            Assert.Equal(["DENY"], headers.GetValues("X-Frame-Options"));
            Assert.Contains("frame-ancestors 'none'", headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Paths_of_URLs_are_hidden_from_those_who_may_not_see_them_and_cannot_be_searched_for()
    {
        await using var host = await ManagementHost.StartAsync();
        await host.As().RegisterAsync("http://127.0.0.1:9/hooks/secret-path");
        var delivery = await host.EnqueueAsync();
        var reader = host.As("rita", may: "look");

        var list = await reader.GetAsync("endpoints");
        var details = await reader.GetAsync($"deliveries/{delivery}");

        Assert.Equal("http://127.0.0.1:9/…", (string?)list.Items()[0]!["endpoint"]!["url"]);
        Assert.True((bool)list.Items()[0]!["endpoint"]!["urlMasked"]!);
        Assert.DoesNotContain("secret-path", list.Text + details.Text, StringComparison.Ordinal);
        Assert.Empty((await reader.GetAsync("endpoints?search=secret-path")).Items());
    }

    [Fact]
    public async Task Payloads_and_answers_are_hidden_from_those_who_may_not_see_them()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer("/hooks", context => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "answer-of-receiver"));
        await using var host = await ManagementHost.StartAsync(options => options.PayloadPolicy = "nobody");
        var ops = host.As();
        var endpoint = await ops.RegisterAsync(receiver.Url("/hooks"));
        var id = await host.EnqueueAsync(json: """{"note":"payload-of-event"}""");
        await ops.UntilStatusAsync(id, Outbox.Deliveries.DeliveryStatus.Delivered);

        var details = await ops.GetAsync($"deliveries/{id}");
        var trial = await ops.PostAsync("tester/send", new { endpointId = endpoint, type = "call.completed", data = new { note = "payload-of-event" } });

        Assert.True((bool)details.Json["payloadMasked"]!);
        Assert.DoesNotContain("payload-of-event", details.Text + trial.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("answer-of-receiver", details.Text + trial.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_readers_policy_keeps_others_from_looking()
    {
        await using var host = await ManagementHost.StartAsync(options => options.ReaderPolicy = "nobody");

        (await host.As().GetAsync("session")).IsProblem(HttpStatusCode.Forbidden, "forbidden");
    }
}
