using Outbox.Events;
using Outbox.Notices;
using Outbox.Profiles;
using Outbox.Storage;

namespace Outbox.Endpoints;

/// <summary>What a customer asks for, checked against the profile.</summary>
internal sealed class EndpointWish
{
    private const int MaxEventTypes = 100;
    private const int MaxPerSecond = 10_000;

    public EndpointWish(WebhookEndpoint endpoint, WebhookProfile profile, string url, WebhookOutboxOptions options)
    {
        Endpoint = endpoint;
        Profile = profile;
        Url = url;
        EventTypes = Check(endpoint.EventTypes, profile.Name, KnownTo(endpoint.Scope, profile, options));
        if (endpoint.MaxInFlight is { } max && (max < 1 || max > options.MaxInFlight))
        {
            throw new WebhookValidationException("maxInFlight", $"MaxInFlight is {max}; give 1 to {options.MaxInFlight} (the host's MaxInFlight), or leave it out.");
        }

        if (endpoint.MaxPerSecond is < 1 or > MaxPerSecond)
        {
            throw new WebhookValidationException("maxPerSecond", $"MaxPerSecond is {endpoint.MaxPerSecond}; give 1 to {MaxPerSecond}, or leave it out.");
        }

        if (endpoint.Tenant is { Length: 0 or > 256 })
        {
            throw new WebhookValidationException("tenant", "A tenant has 1 to 256 characters; leave it out for the platform's own endpoints.");
        }
    }

    public WebhookEndpoint Endpoint { get; }

    public WebhookProfile Profile { get; }

    public string Url { get; }

    public IReadOnlyList<string> EventTypes { get; }

    public EndpointLookup Lookup => new()
    {
        Id = Endpoint.Id,
        OnlyOne = Profile.OneEndpointPerScope ? (Endpoint.Tenant, Endpoint.Scope.ToString(), Profile.Name) : null,
    };

    public StoredEndpoint New(string id, DateTimeOffset now) => new()
    {
        Id = id,
        Tenant = Endpoint.Tenant,
        Scope = Endpoint.Scope.ToString(),
        Url = Url,
        Profile = Profile.Name,
        CreatedAt = now,
    };

    public void CheckAgainst(StoredEndpoint? existing)
    {
        if (existing is null && Endpoint.Id is { } id)
        {
            throw new WebhookValidationException("id", $"There is no endpoint '{id}' to change. Leave the id out to make a new one.");
        }

        if (existing is not null && !string.Equals(existing.Tenant, Endpoint.Tenant, StringComparison.Ordinal))
        {
            throw new WebhookValidationException("tenant", "An endpoint keeps its tenant. Delete it and make one for the other tenant.");
        }
    }

    private static IReadOnlyCollection<string>? KnownTo(WebhookScope scope, WebhookProfile profile, WebhookOutboxOptions options) =>
        scope == WebhookScope.Notices ? NoticeWriter.Types : profile.EventTypes ?? options.EventTypes;

    private static IReadOnlyList<string> Check(IReadOnlyList<string>? wanted, string profile, IReadOnlyCollection<string>? known)
    {
        if (wanted is null or { Count: 0 })
        {
            return [];
        }

        if (wanted.Count > MaxEventTypes)
        {
            throw new WebhookValidationException("eventTypes", $"{wanted.Count} event types are named; at most {MaxEventTypes} are possible. Leave the list out for all.");
        }

        foreach (var type in wanted)
        {
            if (known is not null && !known.Contains(type, StringComparer.Ordinal))
            {
                throw new WebhookValidationException(
                    "eventTypes", $"'{type}' is not an event type of the profile '{profile}'.{NearMiss.Suggest(type, known)} Known are: {string.Join(", ", known)}.");
            }

            EventType.Check("eventTypes", type);
        }

        return [.. wanted.Distinct(StringComparer.Ordinal)];
    }
}
