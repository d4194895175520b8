using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Outbox.EntityFrameworkCore.Tests;

/// <summary>The code of docs/receiving.md about Entity Framework Core, compiled.</summary>
internal static class DocumentedCodeOfInbox
{
    public sealed record Received(string? DeliveryId, JsonElement Data);

    public static async Task ReceiveAsync(CallsDb db, WebhookInbox inbox, Received received, CancellationToken cancellationToken)
    {
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var tx = await db.Database.BeginTransactionAsync(cancellationToken);
            await inbox.ProcessOnceAsync(received.DeliveryId!, tx.GetDbTransaction(), () => StoreAsync(db, received.Data), cancellationToken);
            await tx.CommitAsync(cancellationToken);
        });
    }

    private static async Task StoreAsync(CallsDb db, JsonElement data)
    {
        db.Calls.Add(new Call { Number = data.GetProperty("number").GetString()! });
        await db.SaveChangesAsync();
    }
}
