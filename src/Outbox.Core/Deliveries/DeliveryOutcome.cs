using Outbox.Sending;

namespace Outbox.Deliveries;

/// <summary>What happened to a leased delivery: an answer (or none) to its request, or no request at all.</summary>
internal abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    /// <summary>A request was on the wire; the response tells what came back, or why nothing did.</summary>
    public sealed record Attempted(WebhookResponse Response) : DeliveryOutcome;

    /// <summary>Nothing was sent, or the host stopped before anything came back. The receiver is not to blame, and no try is spent.</summary>
    public sealed record NotAttempted(string Reason, TimeSpan Delay) : DeliveryOutcome;
}
