using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Sqlite.Tests;

namespace Outbox.AspNetCore.Tests;

/// <summary>A host with the outbox on a real SQLite file, and its management mapped three times: for the platform, for readers, for customers.</summary>
public sealed class ManagementHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly WebApplication _app;

    private ManagementHost(DirectoryInfo folder, WebApplication app)
    {
        _folder = folder;
        _app = app;
    }

    public IServiceProvider Services => _app.Services;

    public IWebhookOutbox Outbox => Services.GetRequiredService<IWebhookOutbox>();

    public static Task<ManagementHost> StartAsync(Action<WebhookManagementOptions>? configure = null, Action<WebApplicationBuilder>? build = null) =>
        StartAsync(
            Environments.Development,
            app =>
            {
                app.MapWebhookOutbox("/outbox", options =>
                {
                    options.OperatorPolicy = "operators";
                    configure?.Invoke(options);
                }).RequireAuthorization();
                app.MapWebhookOutbox("/customer", options => options.Tenant = http => http.User.FindFirst("tenant")?.Value).RequireAuthorization();
            },
            build);

    /// <summary>The same mappings on another store, which sends nothing.</summary>
    public static Task<ManagementHost> StartAsync(Action<IWebhookOutboxBuilder> useStore) => StartAsync(
        Environments.Development,
        app =>
        {
            app.MapWebhookOutbox("/outbox").RequireAuthorization();
            app.MapWebhookOutbox("/customer", options => options.Tenant = http => http.User.FindFirst("tenant")?.Value).RequireAuthorization();
        },
        builder => builder.Services.Configure<WebhookOutboxOptions>(options => options.Dispatch = false),
        useStore);

    public static async Task<ManagementHost> StartAsync(
        string environment, Action<WebApplication> map, Action<WebApplicationBuilder>? build = null, Action<IWebhookOutboxBuilder>? useStore = null)
    {
        var folder = Directory.CreateTempSubdirectory("outbox-");
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(300));
        var outbox = builder.Services
            .AddWebhookOutbox(options =>
            {
                options.Sending.AllowLocalReceivers = true;
                options.Sending.AllowLocalReceiversOutsideDevelopment = true;
            })
            .StoreSecretsInPlainText();
        (useStore ?? (store => store.UseSqlite($"Data Source={Path.Combine(folder.FullName, "calls.db")}")))(outbox);
        builder.Services.AddAuthentication(TestLogin.Scheme).AddScheme<AuthenticationSchemeOptions, TestLogin>(TestLogin.Scheme, null);
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy("operators", policy => policy.RequireClaim("may", "operate"))
            .AddPolicy("nobody", policy => policy.RequireAssertion(_ => false));
        build?.Invoke(builder);

        var host = new ManagementHost(folder, builder.Build());
        try
        {
            map(host._app);
            await host._app.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>A caller: an operator unless said otherwise, with the header that changes need.</summary>
    public Caller As(string? user = "ops", string? may = "operate", string? tenant = null, string prefix = "/outbox", bool csrf = true)
    {
        var http = _app.GetTestClient();
        if (user is not null)
        {
            http.DefaultRequestHeaders.Add(TestLogin.Header, $"{user}|{may}|{tenant}");
        }

        if (csrf)
        {
            http.DefaultRequestHeaders.Add("X-Outbox-Request", "1");
        }

        return new Caller(http, prefix);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.DeleteWithDatabases();
    }
}
