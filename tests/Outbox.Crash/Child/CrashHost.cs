using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Crash.Databases;
using Outbox.Deliveries;
using Outbox.Profiles;
using Outbox.Storage;

namespace Outbox.Crash.Child;

/// <summary>The host that is killed: it ends calls in transactions of its own, some of which it rolls back, and delivers their events.</summary>
internal static class CrashHost
{
    public const int MaxInFlight = 32;

    /// <summary>Standard in everything but its waits.</summary>
    private static readonly WebhookProfile Profile = WebhookProfile.Standard with
    {
        Name = "crash",
        Retries = new RetrySchedule([.. Enumerable.Repeat(TimeSpan.FromMilliseconds(50), 20)]),
    };

    public static async Task RunAsync(ChildOrders orders)
    {
        EndWithParent();
        using var metrics = Watch();
        var database = CrashDatabase.Of(orders.Store, orders.ConnectionString);
        using var host = Build(orders, database);
        database.Attach(host.Services);

        // The first to open the database after a crash, so what has to be recovered is recovered here.
        await database.PrepareAsync();
        Console.WriteLine($"leased {string.Join(' ', await database.LeasedAsync())}");
        await host.StartAsync();
        var outbox = host.Services.GetRequiredService<IWebhookOutbox>();
        await RegisterAsync(orders, outbox);
        Console.WriteLine("ready");
        if (orders.Task is ChildTask.Write or ChildTask.WriteAndDeliver)
        {
            var points = host.Services.GetRequiredService<KillPoints>();
            await Task.WhenAll(Enumerable.Range(0, orders.Writers).Select(writer => WriteAsync(orders, writer, database, outbox, points)));
            Console.WriteLine("written");
        }

        if (orders.Task is ChildTask.Deliver or ChildTask.WriteAndDeliver)
        {
            await new TaskCompletionSource().Task;
        }

        if (orders.Task is ChildTask.Drain)
        {
            await DrainAsync(outbox);
        }

        await host.StopAsync();
    }

    public static IHost Build(ChildOrders orders, CrashDatabase database)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(orders).AddSingleton<KillPoints>().AddTransient<KillableHandler>();
        var outbox = builder.Services
            .AddWebhookOutbox(options =>
            {
                options.Sending.AllowLocalReceivers = true;
                options.Sending.UserAgent = orders.Name;
                options.Dispatch = orders.Task != ChildTask.Write;
                options.LeaseDuration = orders.Lease ?? options.LeaseDuration;
                // Every loop has something to do in a short life.
                options.SweepInterval = options.Retention.Interval = TimeSpan.FromSeconds(5);
                // The last quarter is for endpoints that have nothing on the wire, and both of a run's endpoints always have something.
                options.MaxInFlight = MaxInFlight * 4 / 3;
                options.MaxInFlightPerEndpoint = MaxInFlight / 2;
            })
            .AddProfile(Profile)
            .AddArtifactProbe<NothingYet>()
            .StoreSecretsInPlainText();
        database.Use(outbox);
        outbox.HttpClient.AddHttpMessageHandler<KillableHandler>();

        if (database.HasKillableStore)
        {
            var store = builder.Services.Last(service => service.ServiceType == typeof(IOutboxStore)).ImplementationType!;
            builder.Services.AddSingleton<IOutboxStore>(services => new KillableStore(
                (IOutboxStore)ActivatorUtilities.CreateInstance(services, store), services.GetRequiredService<KillPoints>()));
        }

        return builder.Build();
    }

    public static async Task RegisterAsync(ChildOrders orders, IWebhookOutbox outbox)
    {
        var known = (await outbox.Endpoints.ListAsync()).Select(endpoint => endpoint.Url).ToHashSet(StringComparer.Ordinal);
        foreach (var url in orders.Endpoints.Where(url => !known.Contains(url)))
        {
            await outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = url, Profile = Profile.Name });
        }
    }

    /// <summary>One call after the other; every fourth is rolled back, every second is ordered among its dozen.</summary>
    private static async Task WriteAsync(ChildOrders orders, int writer, CrashDatabase database, IWebhookOutbox outbox, KillPoints points)
    {
        for (var n = 0; n < orders.CallsPerWriter; n++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{orders.Name}-{writer}-{n}");
            var key = string.Create(CultureInfo.InvariantCulture, $"{orders.Name}-{writer}-{n / 12}");
            await database.EndCallAsync(outbox, id, Ended(id, key, n), commit: n % 4 != 3, points);
        }
    }

    public static WebhookEvent Ended(string id, string key, int n) => new("call.ended", new { id, key, n, said = "“Hi” 😀", score = 2.50 })
    {
        Subject = id,
        OrderingKey = n % 2 == 0 ? key : null,
    };

    private static async Task DrainAsync(IWebhookOutbox outbox)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await IsOpenAsync(outbox, DeliveryStatus.Waiting) || await IsOpenAsync(outbox, DeliveryStatus.Delivering))
        {
            await timer.WaitForNextTickAsync();
        }
    }

    private static async Task<bool> IsOpenAsync(IWebhookOutbox outbox, DeliveryStatus status) =>
        (await outbox.Deliveries.ListAsync(new DeliveryFilter { Status = status }, limit: 1)).Deliveries.Count > 0;

    /// <summary>As a host that exports its metrics: the backlog is counted.</summary>
    private static MeterListener Watch()
    {
        var watch = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == WebhookTelemetry.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        watch.Start();
        return watch;
    }

    // Whoever started it holds its standard input open; a parent that dies leaves no child behind.
    private static async void EndWithParent()
    {
        await Task.Yield();
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        Environment.Exit(3);
    }

    private sealed class NothingYet : IArtifactProbe
    {
        public ValueTask<WebhookArtifact?> ProbeAsync(HeldArtifact held, CancellationToken cancellationToken) => new((WebhookArtifact?)null);
    }
}
