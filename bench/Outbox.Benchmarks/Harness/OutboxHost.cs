using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Benchmarks.Stores;

namespace Outbox.Benchmarks.Harness;

/// <summary>A host with the outbox, as a user builds it. Logging is on at the usual level and goes nowhere.</summary>
internal sealed class OutboxHost : IAsyncDisposable
{
    private readonly IBenchDatabase _database;
    private readonly IHost _host;

    private OutboxHost(IBenchDatabase database, IHost host) => (_database, _host) = (database, host);

    public IWebhookOutbox Outbox => _host.Services.GetRequiredService<IWebhookOutbox>();

    public IServiceProvider Services => _host.Services;

    public static OutboxHost Build(IBenchDatabase database, bool dispatch, int? concurrency = null, bool wake = true)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Production });
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(500));
        database.Use(builder.Services.AddWebhookOutbox(options =>
        {
            options.Dispatch = dispatch;
            options.MaxInFlight = concurrency ?? options.MaxInFlight;
            options.MaxInFlightPerEndpoint = Math.Min(options.MaxInFlightPerEndpoint, options.MaxInFlight);
            options.Sending.AllowLocalReceivers = true;
            options.Sending.AllowLocalReceiversOutsideDevelopment = true;
        }).ProtectSecrets(Convert.ToBase64String(new byte[32])), wake);
        return new OutboxHost(database, builder.Build());
    }

    public static async Task<OutboxHost> StartAsync(IBenchDatabase database, bool dispatch, int? concurrency = null, bool wake = true)
    {
        var host = Build(database, dispatch, concurrency, wake);
        await host.StartAsync();
        return host;
    }

    public Task StartAsync() => _host.StartAsync();

    public ValueTask<IBenchClient> ConnectAsync() => _database.ConnectAsync(this);

    /// <summary>Stores events number <paramref name="first"/> and on, many in a transaction, shared out over endpoints 0 to <paramref name="endpoints"/>.</summary>
    public async Task FillAsync(long first, int count, int endpoints, int firstEndpoint = 0)
    {
        const int Batch = 1000;
        await using var client = await ConnectAsync();
        for (var done = 0; done < count; done += Batch)
        {
            var batch = Enumerable.Range(done, Math.Min(Batch, count - done));
            await client.CommitEventsAsync(batch.Select(i => Payload.Event(first + i, firstEndpoint + i % endpoints)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
