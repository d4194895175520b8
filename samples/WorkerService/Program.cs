using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Outbox;

var builder = Host.CreateApplicationBuilder(args);
builder.Services
    .AddWebhookOutbox(options => options.Sending.AllowLocalReceivers = builder.Environment.IsDevelopment())
    .UseSqlite(CallWorker.Database);
builder.Services.AddHostedService<CallWorker>();
await builder.Build().RunAsync();

/// <summary>Your work: here a call ends every ten seconds.</summary>
internal sealed class CallWorker(IWebhookOutbox outbox, IConfiguration configuration) : BackgroundService
{
    public const string Database = "Data Source=calls.db";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (await outbox.Endpoints.ListAsync(cancellationToken: stoppingToken) is [])
        {
            var customer = new WebhookEndpoint { Scope = WebhookScope.All, Url = configuration["Receiver"]!, Secret = configuration["Secret"] };
            await outbox.Endpoints.PutAsync(customer, cancellationToken: stoppingToken);
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10));
        var calls = 0;
        do
        {
            await EndCallAsync(new Call($"call_{++calls}"), stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task EndCallAsync(Call call, CancellationToken stoppingToken)
    {
        await using var db = new SqliteConnection(Database);
        await db.OpenAsync(stoppingToken);
        await using var tx = await db.BeginTransactionAsync(stoppingToken);
        var ended = WebhookEvent.Create("call.ended", call, AppJson.Default.Call) with { Subject = call.Id };
        await outbox.EnqueueAsync(ended, tx, stoppingToken); // beside your own rows
        await tx.CommitAsync(stoppingToken);
    }
}

internal sealed record Call(string Id);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Call))]
internal sealed partial class AppJson : JsonSerializerContext;
