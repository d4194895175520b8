using System.Net;

namespace Outbox.AspNetCore.Tests;

public sealed class AccessTests
{
    private static readonly RouteCase[] Changes = [.. RouteCase.All.Where(one => one.Method != HttpMethod.Get)];

    [Fact]
    public async Task Every_route_is_in_the_table_that_the_rules_are_checked_with()
    {
        await using var host = await ManagementHost.StartAsync();

        var known = RouteCase.All.Select(one => one.Route).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.Equal(known, RouteCase.Mapped(host, "/outbox").Order(StringComparer.Ordinal));
        Assert.Equal(known, RouteCase.Mapped(host, "/customer").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_may_only_look_changes_nothing()
    {
        await using var host = await ManagementHost.StartAsync();
        var reader = host.As("rita", may: "look");

        Assert.False((bool)(await reader.GetAsync("session")).Json["canOperate"]!);
        foreach (var change in Changes)
        {
            (await reader.SendAsync(change)).IsProblem(HttpStatusCode.Forbidden, "forbidden");
        }
    }

    [Fact]
    public async Task A_change_without_our_own_header_is_refused_before_anything_else()
    {
        await using var host = await ManagementHost.StartAsync();
        var forged = host.As(csrf: false);

        foreach (var change in Changes)
        {
            (await forged.SendAsync(change)).IsProblem(HttpStatusCode.Forbidden, "csrf");
        }
    }

    [Theory]
    [InlineData("cross-site", HttpStatusCode.Forbidden)]
    [InlineData("same-site", HttpStatusCode.Forbidden)]
    [InlineData("same-origin", HttpStatusCode.Created)]
    [InlineData("none", HttpStatusCode.Created)]
    public async Task A_change_from_another_site_is_refused_even_with_the_header(string site, HttpStatusCode answer)
    {
        await using var host = await ManagementHost.StartAsync();
        var other = host.As();
        other.Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", site);

        (await other.PostAsync("endpoints", Seeds.Endpoint("http://127.0.0.1:9/"))).Is(answer);
    }

    [Fact]
    public async Task A_mapping_that_is_read_only_changes_nothing_whoever_calls()
    {
        await using var host = await ManagementHost.StartAsync(options => options.ReadOnly = true);

        Assert.False((bool)(await host.As().GetAsync("session")).Json["canOperate"]!);
        foreach (var change in Changes)
        {
            (await host.As().SendAsync(change)).IsProblem(HttpStatusCode.Forbidden, "forbidden");
        }
    }

    [Fact]
    public async Task No_way_of_asking_but_the_documented_one_changes_anything()
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var id = await ops.RegisterAsync("http://127.0.0.1:9/");

        foreach (var change in Changes.Select(change => change.For(id, "dlv_1", "op_1")).Where(change => change.Path.Count(letter => letter == '/') > 1))
        {
            (await ops.SendAsync(HttpMethod.Get, change.Path)).IsProblem(HttpStatusCode.NotFound, "not-found");
            (await ops.SendAsync(HttpMethod.Patch, change.Path)).IsProblem(HttpStatusCode.NotFound, "not-found");
        }

        Assert.True((bool)(await ops.GetAsync($"endpoints/{id}")).Json["endpoint"]!["enabled"]!);
    }

    [Fact]
    public async Task Every_answer_says_that_it_is_not_to_be_kept_framed_or_guessed_at()
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();

        foreach (var one in RouteCase.All.Where(one => !one.IsStream))
        {
            Check((await ops.SendAsync(one)).Response, one.Route);
            Check((await host.As("rita", may: "look", csrf: false).SendAsync(one)).Response, one.Route);
        }

        await using (var live = await EventSource.OpenAsync(ops, "live?topics=operations"))
        {
            Check(live.Headers, "live");
        }

        foreach (var path in new[] { "/outbox", "/outbox/", "/outbox/js/app.js", "/outbox/css/base.css", "/outbox/icon.svg", "/outbox/none.js", "/outbox/api/none", "/outbox/api" })
        {
            using var answer = await ops.Http.GetAsync(new Uri(path, UriKind.Relative));
            Check(answer, path);
        }

        using var form = new FormUrlEncodedContent([new("scope", "all")]);
        using var refused = await ops.Http.PostAsync(new Uri("/outbox/api/endpoints", UriKind.Relative), form);
        Check(refused, "a form");

        static void Check(object answer, string what)
        {
            var headers = answer as System.Net.Http.Headers.HttpResponseHeaders ?? ((HttpResponseMessage)answer).Headers;
            Assert.True(headers.CacheControl?.ToString() == "no-store", what);
            Assert.Equal(["nosniff"], headers.GetValues("X-Content-Type-Options"));
            Assert.Equal(["DENY"], headers.GetValues("X-Frame-Options"));
            var policy = headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_failure_that_nobody_foresaw_is_a_problem_that_tells_nothing()
    {
        await using var host = await ManagementHost.StartAsync(options => options.ExampleData = _ => throw new InvalidOperationException("a secret of the host"));

        var failed = (await host.As().GetAsync("event-types")).IsProblem(HttpStatusCode.InternalServerError, "unexpected");

        Assert.DoesNotContain("a secret of the host", failed.Text, StringComparison.Ordinal);
        Assert.Equal("no-store", failed.Response.Headers.CacheControl?.ToString());
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
