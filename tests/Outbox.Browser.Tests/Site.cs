using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Outbox.Sqlite.Tests;

namespace Outbox.Browser.Tests;

/// <summary>The sample as it is, on a port of its own, with a customer's server beside it and a browser before it.</summary>
public sealed class Site : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-browser-");
    private readonly WebApplicationFactory<Program> _factory;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    private Site(Receiver receiver, Action<WebhookOutboxOptions>? configure, (string Setting, string Value)[] settings)
    {
        Receiver = receiver;
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("ConnectionStrings:Calls", $"Data Source={Path.Combine(_folder.FullName, "calls.db")}");
            host.UseSetting("Webhooks:AllowLocalReceivers", "true");
            host.ConfigureServices(services => services.Configure<WebhookOutboxOptions>(options => configure?.Invoke(options)));
            host.ConfigureLogging(logging => logging.ClearProviders());
            foreach (var (setting, value) in settings)
            {
                host.UseSetting(setting, value);
            }
        });
        _factory.UseKestrel(0);
        _factory.StartServer();
    }

    public Receiver Receiver { get; }

    public IServiceProvider Services => _factory.Services;

    public IWebhookOutbox Outbox => Services.GetRequiredService<IWebhookOutbox>();

    public Uri Address => _factory.ClientOptions.BaseAddress;

    public static Task<Site> OpenAsync(params (string Setting, string Value)[] settings) => OpenAsync(configure: null, settings);

    public static async Task<Site> OpenAsync(Action<WebhookOutboxOptions>? configure, params (string Setting, string Value)[] settings)
    {
        var site = new Site(await Receiver.StartAsync(), configure, settings);
        try
        {
            site._playwright = await Playwright.CreateAsync();
            site._browser = await site._playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Path, Args = ["--no-sandbox"] });
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>A browser window of somebody who has signed in with a key, at the page where the sample's <c>GET /</c> leads.</summary>
    public async Task<Visitor> SignInAsync(string key = "demo-key", string home = "/", BrowserNewContextOptions? options = null)
    {
        var context = await _browser!.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1360, Height = 900 } });
        var visitor = new Visitor(await context.NewPageAsync());
        await visitor.Page.GotoAsync(new Uri(Address, home).ToString());
        await visitor.Page.GetByLabel("API key").FillAsync(key);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview", Exact = true }).WaitForAsync();
        return visitor;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await _factory.DisposeAsync();
        await Receiver.DisposeAsync();
        _folder.DeleteWithDatabases();
    }
}
