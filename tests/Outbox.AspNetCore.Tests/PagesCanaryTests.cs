using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Deliveries;
using Outbox.EndToEnd.Tests.Trust;

namespace Outbox.AspNetCore.Tests;

/// <summary>A secret, a URL's path, a payload, a header and an answer that occur nowhere else, and every page that there is.</summary>
public sealed class PagesCanaryTests : IAsyncLifetime
{
    private readonly Canary _secret = new("secret");
    private readonly Canary _path = new("path");
    private readonly Canary _payload = new("payload");
    private readonly Canary _header = new("header");
    private readonly Canary _answer = new("answer");
    private Receiver _receiver = null!;
    private ManagementHost _host = null!;
    private string _endpoint = "";
    private string _delivery = "";
    private string _operation = "";

    public async Task InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _receiver.Answer($"/{_path}", async context =>
        {
            context.Response.StatusCode = 404;
            await context.Response.WriteAsync(_answer.Value);
        });
        _host = await ManagementHost.StartAsync(options => options.PayloadPolicy = "operators");
        var ops = _host.As();
        _endpoint = (string)(await ops.PostAsync("endpoints", Endpoint(_secret.Value))).Json["endpoint"]!["id"]!;
        var enqueued = await _host.Outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson("call.completed", $$"""{"id":"call_1","note":"{{_payload}}"}""") with
        {
            Subject = "call_1",
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Authorization"] = $"Bearer {_header}", ["X-Acme-Token"] = _header.Value },
        });
        _delivery = enqueued.DeliveryIds.Single();
        await ops.UntilAsync($"deliveries/{_delivery}", delivery => delivery["attemptLog"]!.AsArray().Count > 0);
        await ops.PostAsync($"deliveries/{_delivery}/cancel", new { reason = "test" });
        _operation = (string)(await ops.PostAsync("deliveries/replay", new { ids = new[] { _delivery }, dryRun = false })).Json["id"]!;
        await ops.UntilAsync($"operations/{_operation}", operation => (string?)operation["state"] != "running");
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task No_page_shows_a_secret_and_none_shows_a_reader_what_is_masked()
    {
        var (ops, reader) = (await PagesAsync(_host.As()), await PagesAsync(_host.As("rita", may: "look")));

        Assert.All(ops.Concat(reader), page => Assert.False(_secret.IsIn(page.Text) || _header.IsIn(page.Text), $"{page.Path}: {page.Text}"));
        Assert.All(reader, page => Assert.All([_path, _payload, _answer], canary => Assert.False(canary.IsIn(page.Text), $"{page.Path}: {page.Text}")));

        // A search that finds nothing anywhere might not be looking: operators see these where they are meant to be.
        Assert.Superset(Set("deliveries", "deliveries/{id}", "endpoints", "endpoints/{id}", "live"), Showing(ops, _path));
        Assert.Equal(Set("deliveries/{id}", "live"), Showing(ops, _payload));
        Assert.Equal(Set("deliveries/{id}", "live"), Showing(ops, _answer));
    }

    [Fact]
    public async Task What_is_refused_does_not_repeat_the_secret_that_came_with_it()
    {
        var ops = _host.As();
        var odd = "\t" + _secret;
        Reply[] refused =
        [
            await ops.PostAsync("endpoints", Endpoint(odd)),
            await ops.PutAsync($"endpoints/{_endpoint}", Endpoint(odd)),
            await ops.PutAsync("endpoints/ep_none", Endpoint(_secret.Value)),
            await ops.PostAsync("endpoints", new { scope = "all", url = $"ftp://127.0.0.1/{_path}", profile = "huskyvoice", secret = _secret.Value }),
            await ops.PostAsync("endpoints", $$"""{"scope":"all","secret":"{{_secret}}","secret":"{{_secret}}","url":17}"""),
            await ops.PostAsync("endpoints", $$"""{"scope":"all","secret":"{{_secret}}" oops"""),
            await ops.PostAsync($"endpoints/{_endpoint}/rotate-secret", new { secret = odd }),
            await _host.As("rita", may: "look").PostAsync("endpoints", Endpoint(_secret.Value)),
        ];

        Assert.All(refused, reply => Assert.InRange(reply.Status, HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity));
        Assert.All(refused, reply => Assert.False(_secret.IsIn(reply.Text) || _path.IsIn(reply.Text), reply.Text));
    }

    private object Endpoint(string secret) => new { scope = "all", url = _receiver.Url($"/{_path}"), profile = "huskyvoice", secret };

    private static HashSet<string> Set(params string[] pages) => pages.ToHashSet(StringComparer.Ordinal);

    private static HashSet<string> Showing(IEnumerable<(string Path, string Text)> pages, Canary canary) =>
        Set([.. pages.Where(page => canary.IsIn(page.Text)).Select(page => page.Path)]);

    /// <summary>Every route that can be got, so that a new one is searched too.</summary>
    private async Task<List<(string Path, string Text)>> PagesAsync(Caller caller)
    {
        const string Prefix = "/outbox/api/";
        var pages = new List<(string, string)>();
        var routes = _host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(HttpMethods.Get) is true)
            .Select(route => route.RoutePattern.RawText!)
            .Where(path => path.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(path => path[Prefix.Length..]);
        foreach (var route in routes.ToHashSet(StringComparer.Ordinal))
        {
            var id = route.Split('/')[0] switch
            {
                "endpoints" => _endpoint,
                "deliveries" => _delivery,
                "operations" => _operation,
                _ => "",
            };
            pages.Add((route, route is "live"
                ? await LiveAsync(caller, $"{Prefix}live?topics=overview,activity,deliveries,delivery,endpoints,endpoint,operations&endpoint={_endpoint}&id={_delivery}")
                : (await caller.GetAsync(route.Replace("{id}", id, StringComparison.Ordinal))).Is(HttpStatusCode.OK).Text));
        }

        Assert.InRange(pages.Count, 12, int.MaxValue);
        return pages;
    }

    /// <summary>The first of what each topic tells.</summary>
    private static async Task<string> LiveAsync(Caller caller, string path)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var response = await caller.Http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var told = new StringBuilder();
        var missing = new HashSet<string>(["overview", "activity", "deliveries", "delivery", "endpoints", "endpoint", "operation"], StringComparer.Ordinal);
        while (missing.Count > 0 || !told.ToString().EndsWith("\n\n", StringComparison.Ordinal))
        {
            var line = await reader.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException("The stream ended.");
            missing.Remove(line.StartsWith("event: ", StringComparison.Ordinal) ? line[7..] : "");
            told.Append(line).Append('\n');
        }

        return told.ToString();
    }
}
