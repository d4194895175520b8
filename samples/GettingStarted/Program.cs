using Microsoft.Data.Sqlite;
using Outbox;
using Outbox.Profiles;

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
var endpoints = app.Services.GetRequiredService<IWebhookOutbox>().Endpoints;
if (await endpoints.ListAsync() is []) // it is a row, and there at the next start
{
    await endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = $"{app.Urls.First()}/customer", Secret = Secret });
}

await app.WaitForShutdownAsync();
