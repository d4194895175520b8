using System.Collections.Frozen;
using Outbox.Deliveries;
using Outbox.Events;

namespace Outbox.Profiles;

/// <summary>A profile that the host added to the built-in ones; the last of a name wins.</summary>
internal sealed record AddedProfile(WebhookProfile Profile);

/// <summary>The profiles that this host knows: the built-in ones and its own.</summary>
internal sealed class ProfileCatalogue
{
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, WebhookProfile> _byName = new(StringComparer.Ordinal);

    public ProfileCatalogue(IEnumerable<AddedProfile> added)
    {
        foreach (var profile in WebhookProfile.BuiltIn.Concat(added.Select(a => a.Profile)))
        {
            _byName[profile.Name] = profile;
        }

        OwnHeaders = _byName.Values.SelectMany(profile => profile.OwnHeaders).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        LongestDelay = Slack + _byName.Values
            .SelectMany(profile => profile.Retries.Delays.Select(delay => delay * (1 + profile.Retries.Jitter)))
            .Append(RetrySchedule.MaximumRetryAfter)
            .Append(WebhookHold.MaxDeadline)
            .Max();
    }

    public IReadOnlyCollection<WebhookProfile> All => _byName.Values;

    /// <summary>The longest time that policy ever puts between now and a due time: what lies beyond it a jumping clock has written.</summary>
    public TimeSpan LongestDelay { get; }

    /// <summary>What some profile's signature or id goes into: an event may reach endpoints of any profile.</summary>
    public FrozenSet<string> OwnHeaders { get; }

    public WebhookProfile? Find(string name) => _byName.GetValueOrDefault(name);

    /// <exception cref="WebhookValidationException">There is no profile of that name.</exception>
    public WebhookProfile Get(string name) => Find(name) ?? throw new WebhookValidationException(
        "profile",
        $"'{name}' is not a profile of this host.{NearMiss.Suggest(name, _byName.Keys)} Known are: {string.Join(", ", _byName.Keys)}.");
}
