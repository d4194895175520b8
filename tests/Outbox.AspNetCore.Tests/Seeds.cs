using System.Text.Json.Nodes;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Tests;

/// <summary>What a test has in the outbox before it calls the API.</summary>
internal static class Seeds
{
    public const string Secret = "a-secret-of-more-than-thirty-two-characters";

    public static object Endpoint(string url, string scope = "all", string profile = "huskyvoice", string? tenant = null) =>
        new { scope, url, profile, tenant, secret = Secret };

    public static async Task<string> RegisterAsync(this Caller caller, string url, string scope = "all", string profile = "huskyvoice", string? tenant = null) =>
        (string)(await caller.PostAsync("endpoints", Endpoint(url, scope, profile, tenant))).Json["endpoint"]!["id"]!;

    public static async Task<string> EnqueueAsync(this ManagementHost host, string subject = "call_1", string? tenant = null, string type = "call.completed", string json = """{"id":"call_1"}""")
    {
        var result = await host.Outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson(type, json) with { Subject = subject, Tenant = tenant });
        return result.DeliveryIds[0];
    }

    /// <summary>Waits until the API says of a delivery what is asked for.</summary>
    public static async Task<JsonNode> UntilAsync(this Caller caller, string path, Func<JsonNode, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var reply = (await caller.GetAsync(path)).Is(System.Net.HttpStatusCode.OK);
            if (isSo(reply.Json))
            {
                return reply.Json;
            }

            Assert.False(patience.IsCancellationRequested, $"It stays {reply.Text}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    public static Task<JsonNode> UntilStatusAsync(this Caller caller, string deliveryId, DeliveryStatus status) =>
        caller.UntilAsync($"deliveries/{deliveryId}", delivery => string.Equals((string?)delivery["status"], status.ToString(), StringComparison.OrdinalIgnoreCase));

    public static JsonArray Items(this Reply reply) => reply.Json["items"]!.AsArray();
}
