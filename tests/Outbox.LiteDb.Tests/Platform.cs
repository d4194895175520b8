using System.Net;
using System.Threading.Channels;
using LiteDB;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Deliveries;

namespace Outbox.LiteDb.Tests;

/// <summary>A host with its calls and its outbox in one LiteDB file. What it sends arrives here.</summary>
public sealed class Platform : IAsyncDisposable
{
    private readonly DirectoryInfo? _folder;
    private readonly Arrivals _arrivals = new();
    private readonly IHost _host;

    private Platform(string? file, Action<LiteDbStoreOptions>? configure)
    {
        _folder = file is null ? Directory.CreateTempSubdirectory("outbox-litedb-") : null;
        File = file ?? Path.Combine(_folder!.FullName, "calls.db");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services
            .AddWebhookOutbox(options =>
            {
                // Nobody looks by itself within a test: what is sent was told of.
                options.SweepInterval = TimeSpan.FromMinutes(10);
                options.LeaseDuration = TimeSpan.FromMinutes(10);
                options.Sending.AllowLocalReceivers = true;
            })
            .UseLiteDb($"Filename={File}", configure)
            .HttpClient.ConfigurePrimaryHttpMessageHandler(() => _arrivals);
        _host = builder.Build();
    }

    public string File { get; }

    public IWebhookOutbox Outbox => _host.Services.GetRequiredService<IWebhookOutbox>();

    public ILiteDatabase Database => _host.Services.GetRequiredService<ILiteDatabase>();

    public ILiteCollection<BsonDocument> Calls => Database.GetCollection("calls");

    /// <summary>A host that is not started yet.</summary>
    public static Platform Build(Action<LiteDbStoreOptions>? configure = null) => new(file: null, configure);

    /// <summary>The same on a file of the test's own.</summary>
    public static Platform On(string file) => new(file, configure: null);

    public Task StartAsync() => _host.StartAsync();

    /// <summary>What the platform stores of a call.</summary>
    public static BsonDocument Call(string id) => new() { ["_id"] = id };

    public async Task<IReadOnlyList<DeliveryInfo>> DeliveriesAsync() => (await Outbox.Deliveries.ListAsync(new DeliveryFilter())).Deliveries;

    /// <summary>The body of the next request.</summary>
    public async Task<string> ArrivalAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _arrivals.Bodies.Reader.ReadAsync(patience.Token);
    }

    /// <summary>The bodies of all requests until now that nobody has asked for.</summary>
    public IReadOnlyList<string> Arrived()
    {
        var bodies = new List<string>();
        while (_arrivals.Bodies.Reader.TryRead(out var body))
        {
            bodies.Add(body);
        }

        return bodies;
    }

    /// <summary>Waits until all is delivered. There is nothing to await there, so it looks.</summary>
    public async Task IdleAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (await IsAnyAsync(DeliveryStatus.Waiting) || await IsAnyAsync(DeliveryStatus.Delivering))
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _folder?.Delete(recursive: true);
    }

    private async Task<bool> IsAnyAsync(DeliveryStatus status) =>
        (await Outbox.Deliveries.ListAsync(new DeliveryFilter { Status = status }, limit: 1)).Deliveries.Count > 0;

    private sealed class Arrivals : HttpMessageHandler
    {
        public Channel<string> Bodies { get; } = Channel.CreateUnbounded<string>();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Bodies.Writer.WriteAsync(await request.Content!.ReadAsStringAsync(cancellationToken), cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
