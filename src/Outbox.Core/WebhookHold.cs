namespace Outbox;

/// <summary>
/// An artifact that an event waits for before it is sent: a recording, a transcript, a summary, or any name the host gives it. When all
/// artifacts have arrived (<see cref="IWebhookOutbox.ArtifactReadyAsync"/>) the event goes out at once; at the last deadline it goes out as
/// it stands.
/// </summary>
/// <param name="Artifact">The artifact's name, such as <c>recording</c>; at most 100 characters.</param>
/// <param name="Deadline">How long the event waits for it at most, counted from the enqueue; above zero and at most 24 hours.</param>
public sealed record WebhookHold(string Artifact, TimeSpan Deadline)
{
    /// <summary>The longest deadline that a hold may have: 24 hours.</summary>
    public static readonly TimeSpan MaxDeadline = TimeSpan.FromHours(24);
}
