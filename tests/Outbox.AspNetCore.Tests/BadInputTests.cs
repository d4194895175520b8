using System.Net;

namespace Outbox.AspNetCore.Tests;

/// <summary>What nobody should send, on every route that could be sent it.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task A_body_that_is_not_what_the_route_takes_is_malformed_on_every_route()
    {
        await using var host = await ManagementHost.StartAsync();
        var ops = host.As();
        var endpoint = await ops.RegisterAsync("http://127.0.0.1:9/");
        var delivery = await host.EnqueueAsync();

        foreach (var one in RouteCase.All.Where(one => one.Body is not null).Select(one => one.For(endpoint, delivery, "op_1")))
        {
            foreach (var body in new[] { "", "{", "[]", "null", "17", """{"surprise":1}""", "{}{}" })
            {
                (await ops.SendAsync(one.Method, one.Path, body)).IsProblem(HttpStatusCode.BadRequest, "malformed");
            }

            using var form = new HttpRequestMessage(one.Method, ops.AddressOf(one.Path)) { Content = new StringContent("{}", System.Text.Encoding.UTF8, "text/plain") };
            using var refused = await ops.Http.SendAsync(form);
            Assert.True(refused.StatusCode == HttpStatusCode.UnsupportedMediaType, $"{one.Route} answered {refused.StatusCode} to text.");
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        }

        Assert.True((bool)(await ops.GetAsync($"endpoints/{endpoint}")).Json["endpoint"]!["enabled"]!);
    }

    [Fact]
    public async Task An_id_that_nothing_has_is_not_found_on_every_route_whatever_is_in_it()
    {
        await using var host = await ManagementHost.StartAsync();

        foreach (var id in new[] { "none", "' OR 1=1 --", "<script>", new string('x', 5000), "..%2F..", "%01", "\U0001F600" })
        {
            foreach (var one in RouteCase.WithId.Where(one => !one.IsStream && one.Body is not string))
            {
                var asked = one.For(Escaped(id), Escaped(id), Escaped(id));
                (await host.As().SendAsync(asked)).IsProblem(HttpStatusCode.NotFound, "not-found");
            }
        }

        static string Escaped(string id) => id.Contains('%', StringComparison.Ordinal) ? id : Uri.EscapeDataString(id);
    }

    [Theory]
    [InlineData("deliveries?status=odd", "status")]
    [InlineData("deliveries?from=soon", "from")]
    [InlineData("deliveries?until=2026-99-99", "until")]
    [InlineData("deliveries?limit=0", "limit")]
    [InlineData("deliveries?limit=201", "limit")]
    [InlineData("deliveries?limit=many", "limit")]
    [InlineData("deliveries?subject=%00", "subject")]
    [InlineData("deliveries?search=a%00b", "search")]
    [InlineData("deliveries?error=a%01b", "error")]
    [InlineData("deliveries/count?status=odd", "status")]
    [InlineData("deliveries/count?tenant=%00", "tenant")]
    [InlineData("endpoints?state=odd", "state")]
    [InlineData("endpoints?limit=-1", "limit")]
    [InlineData("endpoints?search=%00", "search")]
    [InlineData("overview?window=1y", "window")]
    [InlineData("activity?window=%00", "window")]
    [InlineData("live?topics=deliveries&status=odd", "status")]
    [InlineData("live?topics=deliveries&limit=0", "limit")]
    public async Task A_value_that_cannot_be_read_is_malformed_and_its_field_is_named(string path, string field)
    {
        await using var host = await ManagementHost.StartAsync();
        await host.As().RegisterAsync("http://127.0.0.1:9/");

        (await host.As().GetAsync(path)).IsProblem(HttpStatusCode.BadRequest, "malformed", field);
    }

    [Theory]
    [InlineData("deliveries?cursor=odd", "cursor")]
    [InlineData("deliveries?cursor=-1", "cursor")]
    [InlineData("endpoints?cursor=odd", "cursor")]
    [InlineData("endpoints?scope=planet:mars", "scope")]
    public async Task A_value_that_is_refused_is_named(string path, string field)
    {
        await using var host = await ManagementHost.StartAsync();

        (await host.As().GetAsync(path)).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", field);
    }

    [Theory]
    [InlineData("""{"subject":"call\u00001"}""", "subject")]
    [InlineData("""{"subject":null}""", "subject")]
    [InlineData("""{"subject":"  "}""", "subject")]
    public async Task A_subject_that_nothing_is_about_is_refused(string body, string field)
    {
        await using var host = await ManagementHost.StartAsync();

        (await host.As().PostAsync("subjects/erase", body)).IsProblem(HttpStatusCode.UnprocessableEntity, "validation", field);
    }
}
