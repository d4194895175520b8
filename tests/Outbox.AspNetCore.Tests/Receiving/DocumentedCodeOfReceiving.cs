using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Outbox.Profiles;

namespace Outbox.AspNetCore.Tests.Receiving;

/// <summary>The code of docs/receiving.md, compiled.</summary>
internal static class DocumentedCodeOfReceiving
{
    public interface ICalls
    {
        Task StoreAsync(string id, CancellationToken cancellationToken);
    }

    public sealed record Function(string Url, string Secret);

    public static void Receive(WebApplication app, string secret, ICalls calls)
    {
        app.MapWebhookReceiver("/hooks", WebhookProfile.Truedy, secret, async (received, cancellationToken) =>
        {
            await calls.StoreAsync(received.Data.GetProperty("call_id").GetString()!, cancellationToken);
        });
    }

    public static void ReceiveOnce(WebApplication app, string secret, DbConnection connection, WebhookInbox inbox)
    {
        app.MapWebhookReceiver("/hooks", WebhookProfile.Ttma, secret, async (received, cancellationToken) =>
        {
            await using var tx = await connection.BeginTransactionAsync(cancellationToken);
            await inbox.ProcessOnceAsync(received.DeliveryId!, tx, () => StoreAsync(received.Data, tx), cancellationToken);
            await tx.CommitAsync(cancellationToken);
        });
    }

    public static async Task<ReadOnlyMemory<byte>> CallAsync(IWebhookCaller caller, Function function, CancellationToken cancellationToken)
    {
        var result = await caller.InvokeAsync(
            new WebhookCall
            {
                Url = function.Url,
                Event = new WebhookEvent("function.call", new { name = "find_slot", day = "monday" }),
                Profile = "talkifai",
                Secret = function.Secret,
                Timeout = TimeSpan.FromSeconds(3),
            },
            cancellationToken);
        var answer = result.IsSuccess ? result.Body : default;
        return answer;
    }

    private static Task StoreAsync(JsonElement data, DbTransaction transaction) => transaction.Connection is null ? Task.CompletedTask : Task.FromResult(data);
}
