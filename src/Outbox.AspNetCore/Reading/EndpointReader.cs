using System.Globalization;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Routes;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Reading;

/// <summary>Reads endpoints on behalf of a caller.</summary>
internal sealed class EndpointReader(Mapping mapping)
{
    private static readonly TimeSpan HealthOver = TimeSpan.FromHours(24);

    /// <summary>The endpoint of that id.</summary>
    /// <exception cref="ProblemException">There is none that the caller may see.</exception>
    public async Task<EndpointInfo> GetAsync(Access access, string id, CancellationToken cancellationToken) =>
        Requested.IsText(id) && await mapping.Outbox.Endpoints.GetAsync(id, cancellationToken) is { } endpoint && access.Sees(endpoint)
            ? endpoint
            : throw new ProblemException(Problem.NotFound("endpoint", id));

    public async Task<EndpointDetails> DetailsAsync(Access access, string id, CancellationToken cancellationToken)
    {
        var endpoint = await GetAsync(access, id, cancellationToken);
        var health = await HealthAsync([endpoint], cancellationToken);
        var work = await mapping.Outbox.Inspection.OpenWorkAsync(new() { EndpointId = id }, SessionView.Cap, cancellationToken);
        return new EndpointDetails(EndpointView.Of(endpoint, access), health(endpoint), BacklogView.Of(work));
    }

    public async Task<PageView<EndpointItem>> ListAsync(
        Access access, EndpointQuery query, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var all = await mapping.Outbox.Endpoints.ListAsync(
            new EndpointFilter { Tenant = access.Tenant ?? query.WantedTenant, Scope = query.WantedScope, Profile = query.WantedProfile }, cancellationToken);
        var matching = all.Where(endpoint => query.Matches(endpoint, access)).ToList();
        var start = cursor is null ? 0 : StartAfter(matching, cursor);
        var page = matching.Skip(start).Take(limit).ToList();
        var health = await HealthAsync(page, cancellationToken);
        return new PageView<EndpointItem>(
            [.. page.Select(endpoint => new EndpointItem(EndpointView.Of(endpoint, access), health(endpoint)))],
            start + page.Count < matching.Count ? CursorOf(page[^1]) : null);
    }

    /// <summary>How each of some endpoints is.</summary>
    public async Task<Func<EndpointInfo, HealthView>> HealthAsync(IReadOnlyList<EndpointInfo> endpoints, CancellationToken cancellationToken)
    {
        var found = await mapping.Outbox.Inspection.HealthAsync(
            [.. endpoints.Select(endpoint => endpoint.Id)], mapping.Clock.GetUtcNow() - HealthOver, cancellationToken);
        var byId = found.ToDictionary(health => health.EndpointId, StringComparer.Ordinal);
        return endpoint => HealthView.Of(endpoint, byId.GetValueOrDefault(endpoint.Id));
    }

    // The id finds the place; the time finds it where that endpoint is gone or does not match any more.
    private static string CursorOf(EndpointInfo last) => string.Create(CultureInfo.InvariantCulture, $"{last.CreatedAt.ToUnixTimeMilliseconds()}-{last.Id}");

    private static int StartAfter(List<EndpointInfo> endpoints, string cursor)
    {
        var parts = cursor.Split('-', 2);
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var createdAt))
        {
            throw new WebhookValidationException("cursor", "That is not a cursor of this list. Give the nextCursor of the page before, or none for the first page.");
        }

        var place = endpoints.FindIndex(endpoint => endpoint.Id == parts[1]);
        var later = endpoints.FindIndex(endpoint => endpoint.CreatedAt.ToUnixTimeMilliseconds() > createdAt);
        return place >= 0 ? place + 1 : later >= 0 ? later : endpoints.Count;
    }
}

/// <summary>The filters of a list of endpoints, as they stand in a query.</summary>
internal sealed record EndpointQuery
{
    public string? Search { get; init; }

    public string? Tenant { get; init; }

    public string? Scope { get; init; }

    public string? Profile { get; init; }

    public string? State { get; init; }

    public string? WantedTenant => Requested.Text("tenant", Tenant);

    public WebhookScope? WantedScope => Requested.Text("scope", Scope) is { } scope ? WebhookScope.Parse(scope) : null;

    public string? WantedProfile => Requested.Text("profile", Profile);

    public bool Matches(EndpointInfo endpoint, Access access) =>
        (WantedTenant is not { } tenant || endpoint.Tenant == tenant)
        && IsInState(endpoint)
        && (Requested.Text("search", Search) is not { } search || Texts(endpoint, access).Any(text => text?.Contains(search, StringComparison.OrdinalIgnoreCase) is true));

    private bool IsInState(EndpointInfo endpoint) => Requested.Text("state", State) switch
    {
        null => true,
        "enabled" => endpoint.Enabled,
        "disabled" => !endpoint.Enabled,
        "draining" => endpoint.Draining,
        "failing" => endpoint is { Enabled: true, FailuresInARow: > 0 },
        { } state => throw new ProblemException(Problem.Malformed($"'{state}' is no state. Give enabled, disabled, draining or failing.", "state")),
    };

    // What a caller may not see must not be found by guessing at it either.
    private static IEnumerable<string?> Texts(EndpointInfo endpoint, Access access) =>
        [access.Show(endpoint.Url), endpoint.Scope.ToString(), endpoint.Tenant, endpoint.Id];
}
