using Outbox;

namespace MinimalApiHost.Tests.Documentation;

/// <summary>The code of docs/migrating.md, compiled.</summary>
internal static class DocumentedCodeOfMigrating
{
    public sealed record Customer(string Id, string WebhookUrl, string Secret);

    public static async Task MigrateAsync(IWebhookOutbox outbox, Customer customer)
    {
        await outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.Tenant(customer.Id), Tenant = customer.Id, Url = customer.WebhookUrl, Secret = customer.Secret });
    }
}
