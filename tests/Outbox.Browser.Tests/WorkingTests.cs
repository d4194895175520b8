using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace Outbox.Browser.Tests;

/// <summary>What it is like to work with: searching, long operations, the keyboard alone, and when something is away.</summary>
public sealed class WorkingTests
{
    [BrowserFact]
    public async Task A_search_narrows_as_one_types_and_what_matches_arrives_live()
    {
        await using var site = await Site.OpenAsync();
        await PutAsync(site);
        await EnqueueAsync(site, "call_alpha");
        await EnqueueAsync(site, "call_beta");
        var visitor = await site.SignInAsync();
        await visitor.GoAsync("/deliveries");
        var rows = visitor.Page.Locator("tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(2);

        await visitor.Page.GetByLabel("Search deliveries").PressSequentiallyAsync("call_al");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToContainTextAsync("call_alpha");

        await EnqueueAsync(site, "call_gamma");
        await EnqueueAsync(site, "call_also");
        await Assertions.Expect(rows).ToHaveCountAsync(2);
        await Assertions.Expect(rows.First).ToContainTextAsync("call_also");
        await Assertions.Expect(rows.First).ToContainTextAsync("Delivered");

        await visitor.Page.GetByLabel("Search deliveries").FillAsync("nobody");
        await visitor.SeesAsync("No delivery matches");
        Assert.Empty(visitor.Complaints);
    }

    [BrowserFact]
    public async Task A_drain_shows_how_far_it_is_and_can_be_stopped()
    {
        await using var site = await Site.OpenAsync(options => options.DrainPerSecond = 1);
        var endpoint = await PutAsync(site);
        await site.Outbox.Endpoints.DisableAsync(endpoint, "the receiver moves house");
        for (var i = 0; i < 60; i++)
        {
            await EnqueueAsync(site, $"call_{i}");
        }

        var visitor = await site.SignInAsync();
        await visitor.GoAsync($"/endpoints/{endpoint}");
        await visitor.SeesAsync("the receiver moves house");
        await visitor.Button("Enable").ClickAsync();
        var corner = visitor.Page.Locator("#operations .operation");
        await Assertions.Expect(corner.GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
        await Assertions.Expect(corner).ToContainTextAsync("of ");
        Assert.Matches("of (?:5[0-9]|60)\\b", await corner.InnerTextAsync()); // the first may have gone before they were counted
        await visitor.SeesAsync("Draining: what was parked goes out");

        await corner.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Assertions.Expect(corner).ToContainTextAsync("Cancelled");
        await visitor.SeesAsync("drain cancelled");
        Assert.False((await site.Outbox.Endpoints.GetAsync(endpoint))!.Enabled);
        Assert.Empty(visitor.Complaints);
    }

    [BrowserFact]
    public async Task A_subject_is_erased_after_one_is_told_how_much_that_is()
    {
        await using var site = await Site.OpenAsync();
        await PutAsync(site);
        await EnqueueAsync(site, "call_secret");
        await site.Receiver.NextAsync();
        var visitor = await site.SignInAsync();
        await visitor.GoAsync("/deliveries");

        await visitor.Button("Erase a subject").ClickAsync();
        await visitor.Page.GetByLabel("Subject", new() { Exact = true }).FillAsync("call_secret");
        await visitor.SeesAsync("1 delivery has content of this subject.");
        await visitor.Button("Erase for good").ClickAsync();
        await Assertions.Expect(visitor.Page.Locator("#operations .operation")).ToContainTextAsync("1 event was emptied");
        await Assertions.Expect(visitor.Page.Locator("tbody tr")).Not.ToContainTextAsync("call_secret");
        Assert.Empty(visitor.Complaints);
    }

    [BrowserFact]
    public async Task Everything_is_reached_by_the_keyboard_alone_and_the_focus_stays_where_it_is()
    {
        await using var site = await Site.OpenAsync();
        await PutAsync(site);
        await EnqueueAsync(site, "call_1");
        await EnqueueAsync(site, "call_2");
        var visitor = await site.SignInAsync();
        var keyboard = visitor.Page.Keyboard;

        await keyboard.PressAsync("g");
        await keyboard.PressAsync("d");
        await visitor.Heading("Deliveries").WaitForAsync();
        await Assertions.Expect(visitor.Page.Locator("tbody tr")).ToHaveCountAsync(2);
        await keyboard.PressAsync("j");
        await keyboard.PressAsync("j");
        await EnqueueAsync(site, "call_3");
        await Assertions.Expect(visitor.Page.Locator("tbody tr")).ToHaveCountAsync(3);
        await Assertions.Expect(visitor.Page.Locator("tbody tr").Nth(2).GetByRole(AriaRole.Link)).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await visitor.Heading("call.completed").WaitForAsync();

        await keyboard.PressAsync("?");
        await visitor.Page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await keyboard.PressAsync("Escape");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        await keyboard.PressAsync("g");
        await keyboard.PressAsync("e");
        await visitor.Heading("Endpoints").WaitForAsync();
        await keyboard.PressAsync("/");
        await Assertions.Expect(visitor.Page.GetByLabel("Search endpoints")).ToBeFocusedAsync();
        Assert.Empty(visitor.Complaints);
    }

    [BrowserFact]
    public async Task A_page_that_moves_leaves_the_focus_on_the_button_that_has_it()
    {
        await using var site = await Site.OpenAsync();
        site.Receiver.Answer("/hooks", 500);
        var endpoint = await PutAsync(site);
        var delivery = await EnqueueAsync(site, "call_1");
        var visitor = await site.SignInAsync();
        await visitor.GoAsync($"/deliveries/{delivery}");
        await visitor.SeesAsync("Tried again");
        await visitor.Button("Cancel").FocusAsync();

        await site.Outbox.Endpoints.DisableAsync(endpoint, "test");
        await visitor.SeesAsync("Parked: its endpoint is disabled");

        await Assertions.Expect(visitor.Button("Cancel")).ToBeFocusedAsync();
        Assert.Empty(visitor.Complaints);
    }

    [BrowserFact]
    public async Task Where_the_host_cannot_be_asked_the_page_says_so_and_asks_again()
    {
        await using var site = await Site.OpenAsync();
        await PutAsync(site);
        var visitor = await site.SignInAsync();
        foreach (var (place, route) in new[] { ("/endpoints", "**/api/endpoints?*"), ("/deliveries", "**/api/deliveries?*"), ("/tester", "**/api/profiles") })
        {
            await visitor.Page.RouteAsync(route, answer => answer.FulfillAsync(new() { Status = 503, ContentType = "application/problem+json", Body = """{"detail":"The database is away."}""" }));
            await visitor.GoAsync(place);
            await visitor.SeesAsync("The database is away.");

            await visitor.Page.UnrouteAsync(route);
            await visitor.Button("Try again").ClickAsync();
            await Assertions.Expect(visitor.Page.GetByText("The database is away.")).ToHaveCountAsync(0);
        }

        await visitor.GoAsync("/deliveries/dlv_none");
        await visitor.SeesAsync("There is no delivery 'dlv_none'.");
        await visitor.GoAsync("/nowhere");
        await visitor.SeesAsync("There is no such page");
    }

    [BrowserFact]
    public async Task The_tester_shows_request_and_response_side_by_side_and_how_the_signature_came_about()
    {
        await using var site = await Site.OpenAsync();
        site.Receiver.Answer("/hooks", async context =>
        {
            context.Response.Headers["X-Trace"] = "trace_1";
            await context.Response.WriteAsync("thank you");
        });
        await PutAsync(site);
        var visitor = await site.SignInAsync();
        await visitor.GoAsync("/tester");
        await visitor.Page.GetByLabel("Data").FillAsync("""{"id":"call_42"}""");
        await visitor.SeesAsync("This is the string that is signed");
        await visitor.Button("Send now").ClickAsync();

        var response = visitor.Page.Locator("[data-pane=response]");
        await Assertions.Expect(response).ToContainTextAsync("HTTP 200");
        await Assertions.Expect(response).ToContainTextAsync("trace_1");
        await Assertions.Expect(response).ToContainTextAsync("thank you");
        await Assertions.Expect(visitor.Page.Locator("[data-pane=request]")).ToContainTextAsync("call_42");
        var received = await site.Receiver.NextAsync();
        await Assertions.Expect(visitor.Page.Locator("[data-pane=request]")).ToContainTextAsync(received.Headers["webhook-signature"]);
        foreach (var (language, word) in new[] { ("Node.js", "timingSafeEqual"), ("Python", "compare_digest"), ("C#", "WebhookVerifier"), ("n8n", "getBinaryDataBuffer") })
        {
            await visitor.Page.GetByRole(AriaRole.Tab, new() { Name = language, Exact = true }).ClickAsync();
            await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Tabpanel)).ToContainTextAsync(word);
        }

        Assert.Empty(visitor.Complaints);
    }

    [BrowserFact]
    public async Task Nothing_is_asked_of_any_other_host()
    {
        await using var site = await Site.OpenAsync();
        await PutAsync(site);
        var visitor = await site.SignInAsync();
        var asked = new System.Collections.Concurrent.ConcurrentBag<string>();
        visitor.Page.Request += (_, request) => asked.Add(request.Url);

        foreach (var place in new[] { "/", "/endpoints", "/deliveries", "/tester" })
        {
            await visitor.GoAsync(place);
            await visitor.Page.Locator("main h1").First.WaitForAsync();
        }

        await visitor.Page.ReloadAsync();
        await visitor.Page.Locator("main h1").First.WaitForAsync();
        Assert.NotEmpty(asked);
        Assert.All(asked, url => Assert.StartsWith(site.Address.ToString(), url, StringComparison.Ordinal));
    }

    private static async Task<string> PutAsync(Site site) => (await site.Outbox.Endpoints.PutAsync(
        new WebhookEndpoint { Scope = WebhookScope.All, Url = site.Receiver.Url("/hooks"), Profile = "standard" })).Endpoint.Id;

    private static async Task<string> EnqueueAsync(Site site, string subject) => (await site.Outbox.EnqueueInOwnTransactionAsync(
        WebhookEvent.FromJson("call.completed", $$"""{"id":"{{subject}}"}""") with { Subject = subject })).DeliveryIds[0];
}
