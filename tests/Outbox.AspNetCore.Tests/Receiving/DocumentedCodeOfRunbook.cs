using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Outbox.Profiles;

namespace Outbox.AspNetCore.Tests.Receiving;

/// <summary>The runbook of docs/receiving.md, which <see cref="RunbookTests"/> runs.</summary>
internal static class DocumentedCodeOfRunbook
{
    public static void Map(WebApplication app, string secret, string connectionString, WebhookInbox inbox)
    {
        app.MapWebhookReceiver("/webhooks/truedy", WebhookProfile.Truedy, secret, async (received, cancellationToken) =>
        {
            var call = received.Data.GetProperty("call").GetProperty("callId").GetString();
            await using var db = new SqliteConnection(connectionString);
            await db.OpenAsync(cancellationToken);
            await using var tx = await db.BeginTransactionAsync(cancellationToken);
            await inbox.ProcessOnceAsync($"{received.EventType} {call}", tx, () => StoreAsync(received.Data, tx), cancellationToken);
            await tx.CommitAsync(cancellationToken);
        });
    }

    private static async Task StoreAsync(JsonElement data, DbTransaction tx)
    {
        await using var command = tx.Connection!.CreateCommand();
        command.Transaction = tx;
        command.CommandText = "INSERT INTO calls (id) VALUES (@id)";
        var id = command.CreateParameter();
        (id.ParameterName, id.Value) = ("@id", data.GetProperty("call").GetProperty("callId").GetString());
        command.Parameters.Add(id);
        await command.ExecuteNonQueryAsync();
    }
}
