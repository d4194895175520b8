using Dapper;
using Microsoft.Data.Sqlite;
using Outbox;

namespace MinimalApiHost;

/// <summary>README's quick start, which it copies from here: <c>dotnet run --project samples/MinimalApiHost -- --quickstart</c>.</summary>
internal static class QuickStart
{
    public sealed record Call(string Id, string From, string Status);

    public static async Task RunAsync(string[] args)
    {
        await using var db = new SqliteConnection("Data Source=calls.db");
        await db.ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS calls (id TEXT PRIMARY KEY, "from" TEXT NOT NULL, status TEXT NOT NULL);
            INSERT INTO calls VALUES ('call_1', '+16473705600', 'in-progress') ON CONFLICT DO NOTHING;
            """);
        await Build(args).RunAsync();
    }

    public static WebApplication Build(string[] args)
    {
        // <quickstart>
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddWebhookOutbox().UseSqlite("Data Source=calls.db");
        var app = builder.Build();

        app.MapPost("/calls/{id}/end", async (string id, IWebhookOutbox outbox) =>
        {
            await using var db = new SqliteConnection("Data Source=calls.db");
            await db.OpenAsync();
            await using var tx = await db.BeginTransactionAsync();
            var call = await db.QuerySingleAsync<Call>("UPDATE calls SET status = 'ended' WHERE id = @id RETURNING *", new { id }, tx);
            await outbox.EnqueueAsync(new WebhookEvent("call.ended", call) { Subject = call.Id, Scopes = [call.From] }, tx);
            await tx.CommitAsync(); // both, or neither; the POST follows within milliseconds
        });
        // </quickstart>
        return app;
    }
}
