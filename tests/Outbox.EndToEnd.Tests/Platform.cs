using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Deliveries;
using Outbox.Profiles;
using Outbox.Sqlite.Tests;

namespace Outbox.EndToEnd.Tests;

/// <summary>A voice platform: a host with the outbox on a real SQLite file, and a table of its own in the same file.</summary>
public sealed class Platform : IAsyncDisposable
{
    public const string Secret = "a-signing-secret-of-at-least-32-characters";

    /// <summary>Standard in everything but its waits, which a test can await.</summary>
    public static readonly WebhookProfile Quick = WebhookProfile.Ttma with
    {
        Name = "quick",
        OneEndpointPerScope = false,
        EventTypes = null,
        Holds = [],
        Retries = new RetrySchedule(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(40)),
    };

    private readonly DirectoryInfo _folder;
    private readonly bool _ownsFolder;
    private readonly IHost _host;

    private Platform(DirectoryInfo folder, bool ownsFolder, IHost host)
    {
        _folder = folder;
        _ownsFolder = ownsFolder;
        _host = host;
    }

    public IWebhookOutbox Outbox => _host.Services.GetRequiredService<IWebhookOutbox>();

    public IServiceProvider Services => _host.Services;

    public string ConnectionString => ConnectionStringOf(_folder);

    public static async Task<Platform> StartAsync(
        Platform? onTheFileOf = null, Action<WebhookOutboxOptions>? configure = null, Action<IWebhookOutboxBuilder>? build = null, string? environment = null)
    {
        var folder = onTheFileOf?._folder ?? Directory.CreateTempSubdirectory("outbox-");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment ?? Environments.Development });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(300));
        var outbox = builder.Services
            .AddWebhookOutbox(options =>
            {
                options.Sending.AllowLocalReceivers = true;
                options.Sending.AllowLocalReceiversOutsideDevelopment = environment is not null;
                configure?.Invoke(options);
            })
            .AddProfile(Quick)
            .UseSqlite(ConnectionStringOf(folder));
        build?.Invoke(outbox);

        var platform = new Platform(folder, onTheFileOf is null, builder.Build());
        await platform._host.StartAsync();
        await using var connection = await platform.ConnectAsync();
        await connection.ExecuteAsync("CREATE TABLE IF NOT EXISTS calls (id TEXT PRIMARY KEY, status TEXT NOT NULL)");
        return platform;
    }

    public async Task<SqliteConnection> ConnectAsync()
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public Task<EndpointRegistration> ListenAsync(string url, string profile = "quick", WebhookScope? scope = null, string? secret = Secret) =>
        Outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = scope ?? WebhookScope.All, Url = url, Profile = profile, Secret = secret });

    /// <summary>Ends a call as a host does: its row and the event in one transaction.</summary>
    public async Task<EnqueueResult> EndCallAsync(string id, bool commit = true, IReadOnlyList<WebhookHold>? holds = null, string? orderingKey = null)
    {
        await using var connection = await ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("INSERT INTO calls (id, status) VALUES (@id, 'ended')", new { id }, transaction);
        var result = await Outbox.EnqueueAsync(
            new WebhookEvent("call.ended", new { id, duration = 2.50, said = "“Hi”, it’s Sol 😀" })
            {
                Subject = id,
                Holds = holds ?? [],
                OrderingKey = orderingKey,
            },
            transaction);
        if (commit)
        {
            await transaction.CommitAsync();
        }
        else
        {
            await transaction.RollbackAsync();
        }

        return result;
    }

    public Task<DeliveryDetails> UntilAsync(string deliveryId, DeliveryStatus status) => UntilAsync(deliveryId, delivery => delivery.Status == status);

    public async Task<DeliveryDetails> UntilAsync(string deliveryId, Func<DeliveryDetails, bool> isSo)
    {
        DeliveryDetails? delivery = null;
        try
        {
            await UntilAsync(async () => (delivery = await Outbox.Deliveries.GetAsync(deliveryId)) is not null && isSo(delivery));
            return delivery!;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{deliveryId} is still {delivery}", e);
        }
    }

    /// <summary>Waits until something is so in the database. There is nothing to await there, so it looks.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, int seconds = 30)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!await isSo())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>As though the time that a delivery waits for had passed.</summary>
    public async Task MakeDueNowAsync(string deliveryId)
    {
        await using var connection = await ConnectAsync();
        await connection.ExecuteAsync("UPDATE outbox_delivery SET due_at = 0 WHERE id = @deliveryId", new { deliveryId });
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        if (_ownsFolder)
        {
            _folder.DeleteWithDatabases();
        }
    }

    private static string ConnectionStringOf(DirectoryInfo folder) => $"Data Source={Path.Combine(folder.FullName, "calls.db")}";
}
