namespace Outbox.Profiles;

/// <summary>
/// An artifact that events of one type wait for. When it arrives the delivery goes out at once; when it has not arrived by the deadline
/// the delivery goes out as it stands.
/// </summary>
/// <param name="EventType">The event type that waits, such as <c>call.ended</c>.</param>
/// <param name="Artifact">What it waits for: <c>recording</c>, <c>transcript</c>, <c>summary</c>, or any name the host reports.</param>
/// <param name="Deadline">How long it waits at most, counted from the enqueue.</param>
public sealed record ProfileHold(string EventType, string Artifact, TimeSpan Deadline);
