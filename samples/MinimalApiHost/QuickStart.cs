using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Outbox;

namespace MinimalApiHost;

/// <summary>
/// README's quick start, which it copies from here:
/// <c>dotnet run --project samples/MinimalApiHost -- --quickstart --receiver https://example.com/webhooks</c>, and then POST /calls/call_1/end.
/// </summary>
internal static class QuickStart
{
    public sealed record Call(string Id, string From, string Status);

    public static async Task RunAsync(string[] args)
    {
        await using var app = Build(args);
        await using var db = new SqliteConnection("Data Source=calls.db");
        await db.ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS calls (id TEXT PRIMARY KEY, "from" TEXT NOT NULL, status TEXT NOT NULL);
            INSERT INTO calls VALUES ('call_1', '+16473705600', 'in-progress') ON CONFLICT DO NOTHING;
            """);
        if (app.Configuration["receiver"] is { } url)
        {
            // While you try it, the receiver may be on your own machine.
            app.Services.GetRequiredService<IOptions<WebhookOutboxOptions>>().Value.Sending.AllowLocalReceivers = app.Environment.IsDevelopment();
            await app.Services.GetRequiredService<IWebhookEndpoints>().PutAsync(new WebhookEndpoint { Scope = "+16473705600", Url = url });
        }

        await app.RunAsync();
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
