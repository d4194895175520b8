using Outbox;
using Outbox.Deliveries;
using Outbox.Profiles;

namespace MinimalApiHost.Demo;

/// <summary>The real host, on a free port and a temporary database, with short waits between tries.</summary>
internal static class DemoPlatform
{
    public const string ApiKey = "demo-key";

    /// <summary>Truedy's profile, but impatient: nobody wants to watch a demo for hours.</summary>
    public static readonly WebhookProfile ImpatientTruedy = WebhookProfile.Truedy with
    {
        Retries = new RetrySchedule(TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(600), TimeSpan.FromMilliseconds(900)),
    };

    /// <param name="folder">Where its database goes.</param>
    /// <param name="args">Settings: <c>Storage=litedb</c>.</param>
    /// <param name="verbose">Whether it logs more than errors.</param>
    public static async Task<WebApplication> StartAsync(string folder, string[] args, bool verbose)
    {
        // In Development, because the customers live on this machine: their URLs are http and loopback.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            EnvironmentName = Environments.Development,
            ContentRootPath = AppContext.BaseDirectory,
            Args = args,
        });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:Calls"] = Storage.FileIn(folder, builder.Configuration["Storage"] ?? "sqlite"),
            ["Webhooks:Profile"] = "ttma",
            ["Webhooks:AllowLocalReceivers"] = "true",
            ["ApiKeys:0:Key"] = ApiKey,
            ["ApiKeys:0:Scopes:0"] = ApiKeys.ApiKey.MayCall,
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        Quieten(builder.Logging, verbose);

        builder.AddVoicePlatform();
        builder.Services.AddWebhookOutbox().AddProfile(ImpatientTruedy);

        var app = builder.Build();
        app.MapVoicePlatform();
        await app.StartAsync();
        return app;
    }

    // The timeline has standard output to itself, and says what the outbox would warn of.
    private static void Quieten(ILoggingBuilder logging, bool verbose)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole();
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (!verbose)
        {
            logging.AddFilter(level => level >= LogLevel.Warning).AddFilter("Outbox", LogLevel.Error);
        }
    }
}
