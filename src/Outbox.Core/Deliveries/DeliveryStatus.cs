namespace Outbox.Deliveries;

/// <summary>Where a delivery stands in its life.</summary>
public enum DeliveryStatus
{
    /// <summary>Owed, and due now or later: first try, retry, or held for an artifact.</summary>
    Waiting = 0,

    /// <summary>A dispatcher has the lease and its request is on the wire, or about to be.</summary>
    Delivering = 1,

    /// <summary>The receiver accepted it.</summary>
    Delivered = 2,

    /// <summary>Every try of the schedule failed. It can be replayed.</summary>
    Exhausted = 3,

    /// <summary>Its endpoint is disabled. It goes on when the endpoint is enabled again.</summary>
    Parked = 4,

    /// <summary>An operator, an erasure or the endpoint's deletion ended it.</summary>
    Cancelled = 5,
}
