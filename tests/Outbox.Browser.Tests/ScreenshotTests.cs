using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Outbox.Inspection;
using Outbox.Storage;

namespace Outbox.Browser.Tests;

/// <summary>The pages as people see them: light, dark, and on a telephone. The picture in the README is the first of them.</summary>
public sealed class ScreenshotTests
{
    private static readonly string[] Pages = ["/", "/endpoints", "/deliveries", "/tester"];

    [BrowserFact]
    public async Task Every_page_shows_without_a_complaint_in_light_and_dark_wide_and_narrow()
    {
        await using var site = await Site.OpenAsync();
        var (endpoint, delivery) = await TrafficAsync(site);
        foreach (var (name, scheme, width) in new[] { ("light", ColorScheme.Light, 1360), ("dark", ColorScheme.Dark, 1360), ("narrow", ColorScheme.Light, 390) })
        {
            var visitor = await site.SignInAsync(options: new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 } });
            foreach (var place in Pages.Append($"/endpoints/{endpoint}").Append($"/deliveries/{delivery}"))
            {
                await visitor.GoAsync(place);
                await visitor.Page.Locator("main h1").First.WaitForAsync();
                await visitor.Page.Locator(".skeleton").First.WaitForAsync(new() { State = WaitForSelectorState.Detached });
                Assert.True(
                    await visitor.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"),
                    $"{place} is wider than the window ({name}).");
                await KeepAsync(visitor.Page, $"{name}{place.Split('_')[0].Replace('/', '-').TrimEnd('-')}");
            }

            Assert.Empty(visitor.Complaints);
        }
    }

    [BrowserFact]
    public async Task The_README_shows_the_overview()
    {
        await using var site = await Site.OpenAsync();
        await TrafficAsync(site);
        var visitor = await site.SignInAsync(options: new() { ViewportSize = new() { Width = 1360, Height = 860 }, DeviceScaleFactor = 1 });
        await visitor.SeesAsync("failing");
        var picture = await visitor.Page.ScreenshotAsync();

        var path = Path.Combine(Repository(), "docs", "images", "dashboard.png");
        if (Environment.GetEnvironmentVariable("OUTBOX_ACCEPT_SCREENSHOT") is "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, picture);
        }

        Assert.True(File.Exists(path), "Run this test once with OUTBOX_ACCEPT_SCREENSHOT=1 to make the picture.");
        Assert.Contains("docs/images/dashboard.png", await File.ReadAllTextAsync(Path.Combine(Repository(), "README.md")), StringComparison.Ordinal);
        Assert.True(picture.Length > 20_000, "The picture is nearly empty.");
    }

    /// <summary>A few endpoints, one of them failing, and what was sent to them.</summary>
    private static async Task<(string Endpoint, string Delivery)> TrafficAsync(Site site)
    {
        site.Receiver.Answer("/globex/calls", 500);
        var endpoints = new List<string>();
        foreach (var (tenant, path, profile) in new[] { ("acme", "/acme/hooks", "standard"), ("globex", "/globex/calls", "standard"), ("initech", "/initech/events", "standard") })
        {
            var put = await site.Outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.Tenant(tenant), Url = site.Receiver.Url(path), Profile = profile, Tenant = tenant });
            endpoints.Add(put.Endpoint.Id);
        }

        await SeeHourAsync(site, endpoints);
        var last = "";
        for (var i = 0; i < 40; i++)
        {
            var tenant = (i % 8) switch { 0 => "globex", < 4 => "initech", _ => "acme" };
            var json = $$"""{"id":"call_{{i}}","from":"+16473705600","to":"+14165550123","durationSeconds":{{30 + i}}}""";
            last = (await site.Outbox.EnqueueInOwnTransactionAsync(
                WebhookEvent.FromJson(i % 5 == 0 ? "call.started" : "call.completed", json) with { Subject = $"call_{i}", Tenant = tenant })).DeliveryIds[0];
        }

        await site.Receiver.NextAsync(40);
        return (endpoints[1], last);
    }

    /// <summary>What an hour before would have left for the charts: a call centre in the morning, and a receiver that began to fail.</summary>
    private static async Task SeeHourAsync(Site site, List<string> endpoints)
    {
        var now = TimeProvider.System.GetUtcNow();
        var minute = now - TimeSpan.FromTicks(now.Ticks % TimeSpan.TicksPerMinute);
        var activity = new List<EndpointActivity>();
        for (var back = 59; back >= 1; back--)
        {
            for (var i = 0; i < endpoints.Count; i++)
            {
                var attempts = (int)(30 + ((59 - back) * 0.6) + (11 * Math.Sin((back + (17 * i)) / 6.0)) + (5 * Math.Cos(back * (i + 2))));
                var failed = i == 1 && back < 9 ? attempts / 3 : back % 23 == i ? 2 : 0;
                var slow = attempts / 12;
                long[] latency = [0, 0, attempts / 3, attempts - (attempts / 3) - slow, slow, 0, 0, 0, 0, 0, 0, 0];
                activity.Add(new EndpointActivity
                {
                    EndpointId = endpoints[i],
                    Minute = minute - TimeSpan.FromMinutes(back),
                    Counts = new ActivityCounts { Attempts = attempts, Delivered = attempts - failed, Latency = LatencyHistogram.From(latency) },
                    Recent = [],
                });
            }
        }

        await site.Services.GetRequiredService<IInspectionStore>().AddActivityAsync(activity, CancellationToken.None);
    }

    private static async Task KeepAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("OUTBOX_SCREENSHOTS") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
        }
    }

    private static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
