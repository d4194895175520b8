using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox;
using Outbox.Profiles;

namespace MinimalApiHost.Tests.Documentation;

/// <summary>The code of docs/getting-started.md and docs/migrating.md, compiled.</summary>
internal static class DocumentedCodeOfGettingStarted
{
    public sealed record Customer(string Id, string WebhookUrl, string Secret);

    public static async Task WebAsync(string[] args)
    {
        const string Database = "Data Source=calls.db";
        const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddWebhookOutbox(options => options.Sending.AllowLocalReceivers = true).UseSqlite(Database);
        var app = builder.Build();

        // Your app: a call ends, and whoever listens is told.
        app.MapPost("/calls/{id}/end", async (string id, IWebhookOutbox outbox) =>
        {
            await using var db = new SqliteConnection(Database);
            await db.OpenAsync();
            await using var tx = await db.BeginTransactionAsync();
            await outbox.EnqueueAsync(new WebhookEvent("call.ended", new { id }) { Subject = id }, tx); // beside your own rows
            await tx.CommitAsync();
        });

        // A customer: here in the same process, on another day at the other end of the world.
        app.MapWebhookReceiver("/customer", WebhookProfile.Standard, Secret, (received, _) =>
        {
            Console.WriteLine($"{received.EventType}: {received.Data}");
            return Task.CompletedTask;
        });

        await app.StartAsync();
        await app.Services.GetRequiredService<IWebhookOutbox>().Endpoints.PutAsync(
            new WebhookEndpoint { Scope = WebhookScope.All, Url = $"{app.Urls.First()}/customer", Secret = Secret });
        await app.WaitForShutdownAsync();
    }

    public static async Task WorkerAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddWebhookOutbox().UseSqlite("Data Source=calls.db");
        await builder.Build().RunAsync();
    }

    public static async Task MigrateAsync(IWebhookOutbox outbox, Customer customer)
    {
        await outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.Tenant(customer.Id), Tenant = customer.Id, Url = customer.WebhookUrl, Secret = customer.Secret });
    }
}
