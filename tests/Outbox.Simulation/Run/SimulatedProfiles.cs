using Outbox.Deliveries;
using Outbox.Profiles;

namespace Outbox.Simulation.Run;

/// <summary>Profiles beside the built-in ones: quick schedules, so that many deliveries live their whole life within a run.</summary>
internal static class SimulatedProfiles
{
    public static readonly WebhookProfile Quick = WebhookProfile.Standard with
    {
        Name = "quick",
        Timeout = TimeSpan.FromSeconds(8),
        Retries = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)),
    };

    public static readonly WebhookProfile Once = WebhookProfile.Truedy with { Name = "once", Retries = new(), EventTypes = null };

    public static readonly IReadOnlyList<WebhookProfile> Added = [Quick, Once];

    /// <summary>What endpoints are registered with: in a run of some hours none whose schedule takes days.</summary>
    public static IReadOnlyList<WebhookProfile> For(TimeSpan length) =>
        length < TimeSpan.FromHours(2) ? [Quick, Quick, Once, WebhookProfile.TalkifAi]
        : length < TimeSpan.FromDays(1) ? [Quick, Quick, Once, WebhookProfile.TalkifAi, WebhookProfile.TopCalls, WebhookProfile.Ttma]
        : [Quick, Once, WebhookProfile.TalkifAi, WebhookProfile.TopCalls, WebhookProfile.Ttma, WebhookProfile.HuskyVoice, WebhookProfile.Standard];
}
