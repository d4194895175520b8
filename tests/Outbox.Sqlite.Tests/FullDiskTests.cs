using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Sqlite.Tests;

/// <summary>A running host whose disk fills up, which a limit of the database's size stands for, and has room again.</summary>
public sealed class FullDiskTests : IAsyncLifetime, IAsyncDisposable
{
    private const int Full = 13;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-full-");
    private readonly Receiver _receiver = new();
    private IHost _host = null!;
    private SqliteConnection _connection = null!;

    private IWebhookOutbox Outbox => _host.Services.GetRequiredService<IWebhookOutbox>();

    public async Task InitializeAsync()
    {
        var connectionString = $"Data Source={Path.Combine(_folder.FullName, "calls.db")}";
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddWebhookOutbox().StoreSecretsInPlainText().UseSqlite(connectionString).HttpClient.ConfigurePrimaryHttpMessageHandler(() => _receiver);
        _host = builder.Build();
        await _host.StartAsync();
        await Outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = "https://hooks.example.com/calls", Profile = "standard" });
        _connection = new SqliteConnection(connectionString);
        await _connection.OpenAsync();
        await _connection.ExecuteAsync("CREATE TABLE calls (id TEXT PRIMARY KEY, notes TEXT NOT NULL)");
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _host.StopAsync();
        _host.Dispose();
        _receiver.Dispose();
        _folder.DeleteWithDatabases();
    }

    [Fact]
    public async Task The_hosts_row_and_its_event_fail_together_and_later_ones_succeed_without_a_restart()
    {
        var onTheWire = (await EndAsync("on-the-wire", "")).DeliveryIds.Single();
        await _receiver.Asked.WaitAsync(TimeSpan.FromSeconds(30));
        await LimitAsync(await _connection.ExecuteScalarAsync<long>("PRAGMA page_count"));
        _receiver.Answer.SetResult();
        var refused = await FillAsync();

        // Large ones fail first, small ones when nothing at all is left: at the host's row, at the event, or at the commit.
        Assert.All(refused, failure => Assert.True(IsFull(failure), failure.ToString()));
        Assert.Equal(4, refused.Count);
        Assert.Equal(await CallsAsync(), await SubjectsAsync());

        await LimitAsync(int.MaxValue);
        await EndAsync("afterwards", "");

        await UntilDeliveredAsync();
        Assert.Equal(await CallsAsync(), _receiver.Subjects.Order(StringComparer.Ordinal));
        Assert.Equal(1, (await Outbox.Deliveries.GetAsync(onTheWire))!.Attempts);
    }

    private async Task<List<Exception>> FillAsync()
    {
        var refused = new List<Exception>();
        foreach (var size in (int[])[20_000, 2_000, 200, 0])
        {
            for (var n = 0; n < 1_000; n++)
            {
                try
                {
                    await EndAsync($"{size}-{n}", new string('x', size));
                }
                catch (Exception e) when (e is SqliteException or OutboxStoreException)
                {
                    refused.Add(e);
                    break;
                }
            }
        }

        return refused;
    }

    private async Task<EnqueueResult> EndAsync(string id, string notes)
    {
        await using var transaction = await _connection.BeginTransactionAsync();
        await _connection.ExecuteAsync("INSERT INTO calls (id, notes) VALUES (@id, '')", new { id }, transaction);
        var result = await Outbox.EnqueueAsync(new WebhookEvent("call.ended", new { id, notes }) { Subject = id }, transaction);
        await transaction.CommitAsync();
        return result;
    }

    private static bool IsFull(Exception failure) => ((failure as OutboxStoreException)?.InnerException ?? failure) is SqliteException { SqliteErrorCode: Full };

    /// <summary>The limit belongs to a connection; these two are all that write.</summary>
    private async Task LimitAsync(long pages)
    {
        await _connection.ExecuteScalarAsync<long>($"PRAGMA max_page_count = {pages}");
        await _host.Services.GetRequiredService<SqliteDatabase>().UseWriterAsync(
            session =>
            {
                session.RunOnce($"PRAGMA max_page_count = {pages}");
                return true;
            },
            CancellationToken.None);
    }

    private Task<List<string>> CallsAsync() => ReadAsync("SELECT id FROM calls ORDER BY id");

    private Task<List<string>> SubjectsAsync() => ReadAsync("SELECT subject FROM outbox_event ORDER BY subject");

    private async Task<List<string>> ReadAsync(string query) => [.. await _connection.QueryAsync<string>(query)];

    private async Task UntilDeliveredAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await _connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM outbox_delivery WHERE status <> {(int)DeliveryStatus.Delivered}") > 0)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Keeps the first request waiting until it may answer.</summary>
    private sealed class Receiver : HttpMessageHandler
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<string> Subjects { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = System.Text.Json.JsonDocument.Parse(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            Subjects.Enqueue(body.RootElement.GetProperty("data").GetProperty("id").GetString()!);
            _asked.TrySetResult();
            await Answer.Task.WaitAsync(cancellationToken);
            return new HttpResponseMessage(System.Net.HttpStatusCode.OK);
        }
    }
}
