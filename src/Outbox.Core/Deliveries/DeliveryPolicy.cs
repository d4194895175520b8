using System.Net;
using Outbox.Profiles;

namespace Outbox.Deliveries;

/// <summary>Decides where a delivery goes. Pure: the same arguments give the same transition, whatever the time.</summary>
internal static class DeliveryPolicy
{
    public const string Gone = "gone";

    /// <param name="failedTries">Tries of the schedule that failed before this one.</param>
    /// <param name="outcome">What happened.</param>
    /// <param name="profile">What counts as success, and the schedule.</param>
    /// <param name="jitter">A sample of chance, at least 0 and below 1.</param>
    public static DeliveryTransition Decide(int failedTries, DeliveryOutcome outcome, WebhookProfile profile, double jitter)
    {
        if (outcome is DeliveryOutcome.NotAttempted notAttempted)
        {
            return DeliveryTransition.Interrupted(notAttempted.Delay, notAttempted.Reason);
        }

        var response = ((DeliveryOutcome.Attempted)outcome).Response;
        if (response.StatusCode is { } status && profile.Success.Contains(status))
        {
            return DeliveryTransition.Delivered;
        }

        if (response.StatusCode == (int)HttpStatusCode.Gone && profile.GoneDisables)
        {
            return DeliveryTransition.Parked(Gone);
        }

        return profile.Retries.DelayAfter(failedTries + 1, jitter, response.RetryAfter) is { } delay
            ? DeliveryTransition.RetryAfter(delay)
            : DeliveryTransition.Exhausted;
    }
}
