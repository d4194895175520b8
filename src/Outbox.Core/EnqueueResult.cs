namespace Outbox;

/// <summary>What an enqueue stored.</summary>
/// <param name="EventId">The event's id, <c>evt_…</c>; ids sort by time.</param>
/// <param name="DeliveryIds">One id for each endpoint that the event goes to, <c>dlv_…</c>; the receiver's dedupe key. Empty where no endpoint matched.</param>
/// <param name="IsDuplicate">True where an event with the same idempotency key was there already: the ids are that event's, and nothing was added.</param>
public sealed record EnqueueResult(string EventId, IReadOnlyList<string> DeliveryIds, bool IsDuplicate);
