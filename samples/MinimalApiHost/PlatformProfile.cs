using Outbox;
using Outbox.Profiles;

namespace MinimalApiHost;

/// <summary>What this platform's webhooks are like (<c>Webhooks:Profile</c>), and what it calls the three things that happen to a call.</summary>
/// <param name="Webhooks">The wire profile of the numbers' webhooks, and the one whose holds count.</param>
/// <param name="Started">A call begins.</param>
/// <param name="Ended">A call took place and is over.</param>
/// <param name="Failed">A call did not come about. TTMA tells it as <c>call.ended</c>, the one event that it has; the status says the rest.</param>
internal sealed record PlatformProfile(WebhookProfile Webhooks, Happening Started, Happening Ended, Happening Failed)
{
    private static readonly TimeSpan RecordingDeadline = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Every type that an event may have, where <c>Webhooks:EventTypes</c> names the platform's own: those, and those of the vendors' catalogues.
    /// Null where it does not: any type.
    /// </summary>
    public required IReadOnlyList<string>? EventTypes { get; init; }

    /// <exception cref="SettingException">There is no profile of the configured name.</exception>
    public static PlatformProfile From(IConfiguration configuration)
    {
        var name = configuration["Webhooks:Profile"] ?? "ttma";
        var profile = WebhookProfile.BuiltIn.FirstOrDefault(profile => profile.Name == name)
            ?? throw new SettingException("Webhooks:Profile", name, WebhookProfile.BuiltIn.Select(profile => profile.Name));
        var (started, ended, failed) = name switch
        {
            "ttma" => ("call.started", "call.ended", "call.ended"),
            "topcalls" => ("call.started", "call.completed", "call.failed"),
            "huskyvoice" => ("call.initiated", "call.completed", "call.failed"),
            _ => ("call.started", "call.ended", "call.failed"),
        };
        return new(
            profile,
            Happening.Called(started, "call.started", "call.initiated"),
            Happening.Called(ended, "call.ended", "call.completed"),
            Happening.Called(failed, "call.failed"))
        {
            EventTypes = Added(configuration) is { Length: > 0 } own
                ? [.. WebhookProfile.BuiltIn.SelectMany(vendor => vendor.EventTypes ?? []).Union(own, StringComparer.Ordinal)]
                : null,
        };
    }

    /// <summary>What the ended event of a recorded call waits for.</summary>
    public IReadOnlyList<WebhookHold> EndedHolds =>
        Webhooks.HoldsFor(Ended.Word) is { Count: > 0 } holds ? holds : [new WebhookHold("recording", RecordingDeadline)];

    /// <summary>
    /// What an endpoint of this profile hears: what it asks for or, where it names nothing, all that its vendor has; null, everything, where that has
    /// no catalogue. Each thing that happens it hears in one word, the platform's own if it knows that.
    /// </summary>
    public IReadOnlyList<string>? TypesFor(string profile, IReadOnlyList<string>? asked)
    {
        var wanted = asked is { Count: > 0 } ? asked : WebhookProfile.BuiltIn.FirstOrDefault(vendor => vendor.Name == profile)?.EventTypes;
        return wanted is null ? null : [.. wanted.Where(type => !Happenings.Any(happening => happening.OtherWords.Contains(type) && wanted.Contains(happening.Word)))];
    }

    private IEnumerable<Happening> Happenings => [Started, Ended, Failed];

    // A list, or one text with commas, which is easier to write in an environment variable.
    private static string[] Added(IConfiguration configuration) =>
        configuration.GetSection("Webhooks:EventTypes") is var types && types.Value is { } text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : types.Get<string[]>() ?? [];
}
