using Outbox;

namespace MinimalApiHost.Requests;

/// <summary>Seconds as requests have them: a number, possibly 1.5.</summary>
internal static class Durations
{
    public static TimeSpan Seconds(string field, double seconds) => seconds > 0 && seconds <= WebhookHold.MaxDeadline.TotalSeconds
        ? TimeSpan.FromSeconds(seconds)
        : throw new WebhookValidationException(field, $"'{field}' is {seconds}; give seconds above 0 and at most {WebhookHold.MaxDeadline.TotalSeconds:0}.");
}
