using Outbox;

namespace MinimalApiHost.Webhooks;

/// <summary>Who listens: a word that no customer knows need not be said.</summary>
internal sealed class Audience(IWebhookEndpoints endpoints)
{
    /// <summary>The platform's own word and, of the other vendors', those that an endpoint in these scopes has asked for.</summary>
    public async Task<IReadOnlyList<string>> WordsAsync(Happening happening, string? tenant, IEnumerable<WebhookScope> scopes)
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var scope in scopes.Append(WebhookScope.All).Concat(tenant is null ? [] : [WebhookScope.Tenant(tenant)]))
        {
            asked.UnionWith((await endpoints.ListAsync(new EndpointFilter { Scope = scope })).SelectMany(endpoint => endpoint.EventTypes));
        }

        return [happening.Word, .. happening.OtherWords.Where(asked.Contains)];
    }
}
