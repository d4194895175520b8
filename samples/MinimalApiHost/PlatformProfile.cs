using Outbox;
using Outbox.Profiles;

namespace MinimalApiHost;

/// <summary>What this platform's webhooks are like (<c>Webhooks:Profile</c>), and what it calls the three things that happen to a call.</summary>
/// <param name="Webhooks">The wire profile of the numbers' webhooks, and the one whose holds count.</param>
/// <param name="Started">The event type of a call that begins.</param>
/// <param name="Ended">The event type of a call that took place and is over.</param>
/// <param name="Failed">The event type of a call that did not come about.</param>
internal sealed record PlatformProfile(WebhookProfile Webhooks, string Started, string Ended, string Failed)
{
    private static readonly TimeSpan RecordingDeadline = TimeSpan.FromSeconds(60);

    /// <summary>What the ended event of a recorded call waits for.</summary>
    public IReadOnlyList<WebhookHold> EndedHolds =>
        Webhooks.HoldsFor(Ended) is { Count: > 0 } holds ? holds : [new WebhookHold("recording", RecordingDeadline)];

    /// <exception cref="SettingException">There is no profile of the configured name.</exception>
    public static PlatformProfile From(IConfiguration configuration)
    {
        var name = configuration["Webhooks:Profile"] ?? "ttma";
        var profile = WebhookProfile.BuiltIn.FirstOrDefault(profile => profile.Name == name)
            ?? throw new SettingException("Webhooks:Profile", name, WebhookProfile.BuiltIn.Select(profile => profile.Name));
        return name switch
        {
            "topcalls" => new(profile, "call.started", "call.completed", "call.failed"),
            "huskyvoice" => new(profile, "call.initiated", "call.completed", "call.failed"),
            _ => new(profile, "call.started", "call.ended", "call.failed"),
        };
    }

    /// <summary>The platform's event type for a vendor's: TopCalls' <c>call.completed</c> is our ended event, whatever we call it.</summary>
    public string TypeFor(string vendorType) => vendorType switch
    {
        "call.started" or "call.initiated" => Started,
        "call.completed" or "call.ended" => Ended,
        "call.failed" => Failed,
        _ => vendorType,
    };
}

internal static class PlatformProfileExtensions
{
    /// <summary>Lets endpoints of every profile ask for the platform's event types beside the vendor's own.</summary>
    public static IWebhookOutboxBuilder AddProfilesOf(this IWebhookOutboxBuilder outbox, PlatformProfile platform)
    {
        string[] ours = [platform.Started, platform.Ended, platform.Failed];
        foreach (var profile in WebhookProfile.BuiltIn)
        {
            outbox.AddProfile(profile with { EventTypes = profile.EventTypes?.Union(ours).ToList() });
        }

        return outbox;
    }
}
