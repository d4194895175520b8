using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace Outbox.Browser.Tests;

/// <summary>What the people on call do, from the first endpoint to the repaired one.</summary>
public sealed class JourneyTests
{
    [BrowserFact]
    public async Task An_endpoint_is_registered_tested_broken_mended_replayed_and_given_a_new_secret()
    {
        await using var site = await Site.OpenAsync();
        var visitor = await site.SignInAsync();
        var page = visitor.Page;

        await RegisterAsync(visitor, site.Receiver.Url("/hooks"));
        await page.GetByRole(AriaRole.Link, new() { Name = "/hooks" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Test", Exact = true }).ClickAsync();

        // A test event arrives, and is seen to arrive.
        await visitor.Button("Enqueue as a delivery").ClickAsync();
        await page.Locator("main .status", new() { HasText = "Delivered" }).First.WaitForAsync();
        Assert.Equal("/hooks", (await site.Receiver.NextAsync()).Path);

        // The receiver breaks: the retry and the answer show, live.
        site.Receiver.Answer("/hooks", async context =>
        {
            context.Response.StatusCode = 500;
            await context.Response.WriteAsync("the receiver is broken");
        });
        var delivery = (await site.Outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson("call.completed", """{"id":"call_7"}""") with { Subject = "call_7" })).DeliveryIds[0];
        await visitor.GoAsync($"/deliveries/{delivery}");
        await visitor.SeesAsync("the receiver is broken");
        await visitor.SeesAsync("Tried again");

        // It is given up and, once the receiver is mended, replayed by the range.
        await visitor.Button("Cancel").ClickAsync();
        await page.GetByLabel("Reason").FillAsync("the receiver is broken");
        await visitor.Button("Cancel the delivery").ClickAsync();
        await page.Locator("main .status", new() { HasText = "Cancelled" }).First.WaitForAsync();
        site.Receiver.Answer("/hooks", 200);
        await visitor.GoAsync("/deliveries");
        await visitor.Button("Replay a range").ClickAsync();
        await page.GetByLabel("Which").SelectOptionAsync("cancelled");
        await visitor.SeesAsync("1 delivery will be sent once more.");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Replay", Exact = true }).ClickAsync();
        await visitor.SeesAsync("1 delivery was put back.");
        await visitor.GoAsync($"/deliveries/{delivery}");
        await page.Locator("main .status", new() { HasText = "Delivered" }).First.WaitForAsync();

        // A new secret is shown once.
        await visitor.GoAsync("/endpoints");
        await page.GetByRole(AriaRole.Link, new() { Name = "/hooks" }).First.ClickAsync();
        await visitor.Button("Rotate secret").ClickAsync();
        await visitor.Button("Rotate").ClickAsync();
        await visitor.SeesAsync("whsec_");

        Assert.Empty(visitor.Complaints);
    }

    [BrowserFact]
    public async Task A_payload_and_an_answer_full_of_script_run_nothing()
    {
        const string Hostile = """</script><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>""";
        await using var site = await Site.OpenAsync();
        site.Receiver.Answer("/hooks", async context =>
        {
            context.Response.StatusCode = 500;
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync(Hostile);
        });
        await site.Outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = site.Receiver.Url("/hooks"), Profile = "standard" });
        var json = $$"""{"note":{{System.Text.Json.JsonSerializer.Serialize(Hostile)}}}""";
        var delivery = (await site.Outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson("call.completed", json) with { Subject = Hostile })).DeliveryIds[0];
        var visitor = await site.SignInAsync();
        await visitor.SeesAsync(Hostile);

        foreach (var place in new[] { $"/deliveries/{delivery}", "/deliveries", $"/deliveries?search={Uri.EscapeDataString(Hostile)}", "/endpoints" })
        {
            await visitor.GoAsync(place);
            await visitor.Page.Locator("main h1").First.WaitForAsync();
        }

        await visitor.GoAsync($"/deliveries/{delivery}");
        await visitor.SeesAsync("onerror=alert(2)");
        Assert.Equal(0, await visitor.Page.Locator("main script, main img, main svg[onload]").CountAsync());
        Assert.Empty(visitor.Complaints);
    }

    [BrowserFact]
    public async Task A_customer_sees_its_own_rows_and_another_customers_ids_are_not_there()
    {
        await using var site = await Site.OpenAsync(
            ("ApiKeys:0:Key", "acme"), ("ApiKeys:0:Scopes:0", "voice:call"), ("ApiKeys:0:Tenant", "acme"),
            ("ApiKeys:1:Key", "umbrella"), ("ApiKeys:1:Scopes:0", "voice:call"), ("ApiKeys:1:Tenant", "umbrella"));
        var put = await site.Outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = site.Receiver.Url("/acme"), Profile = "standard", Tenant = "acme" });
        var delivery = (await site.Outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson("call.completed", "{}") with { Subject = "call_acme", Tenant = "acme" })).DeliveryIds[0];
        var acme = await site.SignInAsync("acme", "/portal/");
        var umbrella = await site.SignInAsync("umbrella", "/portal/");

        await acme.SeesAsync("call_acme");
        await umbrella.SeesAsync("No endpoints yet");
        foreach (var path in new[] { $"endpoints/{put.Endpoint.Id}", $"deliveries/{delivery}" })
        {
            Assert.Equal(404, await umbrella.Page.EvaluateAsync<int>("async path => (await fetch(`api/${path}`)).status", path));
            Assert.Equal(200, await acme.Page.EvaluateAsync<int>("async path => (await fetch(`api/${path}`)).status", path));
        }

        await umbrella.GoAsync($"/deliveries/{delivery}");
        await umbrella.SeesAsync("There is no delivery");
    }

    private static async Task RegisterAsync(Visitor visitor, string url)
    {
        await visitor.GoAsync("/endpoints");
        await visitor.Button("Register endpoint").ClickAsync();
        await visitor.Page.GetByLabel("URL").FillAsync(url);
        await visitor.Page.GetByLabel("Listens to").FillAsync("all");
        await visitor.Page.GetByLabel("Profile").SelectOptionAsync("standard");
        await visitor.Button("Register").ClickAsync();
        await visitor.SeesAsync("whsec_");
        await visitor.Page.Keyboard.PressAsync("Escape");
    }
}
