using Outbox;

namespace MinimalApiHost.Webhooks;

/// <summary>An event type, for one endpoint alone or, where that is null, for all whose scope and types it fits.</summary>
internal sealed record Word(string EventType, string? OnlyEndpointId);

/// <summary>Who listens: a word of another vendor is said to the customers who have asked for it, and to nobody else.</summary>
internal sealed class Audience(IWebhookEndpoints endpoints, TimeProvider clock)
{
    /// <summary>The platform's own word for everybody, and another vendor's for each endpoint in these scopes that has asked for it.</summary>
    public async Task<IReadOnlyList<Word>> WordsAsync(Happening happening, string? tenant, IEnumerable<WebhookScope> scopes)
    {
        var words = new List<Word> { new(happening.Word, null) };
        foreach (var scope in scopes.Append(WebhookScope.All).Concat(tenant is null ? [] : [WebhookScope.Tenant(tenant)]).Distinct())
        {
            words.AddRange(
                from endpoint in await endpoints.ListAsync(new EndpointFilter { Scope = scope })
                where (endpoint.Tenant is null || endpoint.Tenant == tenant) && !(endpoint.ExpiresAt <= clock.GetUtcNow())
                from word in happening.OtherWords.Where(endpoint.EventTypes.Contains)
                select new Word(word, endpoint.Id));
        }

        return words;
    }
}
