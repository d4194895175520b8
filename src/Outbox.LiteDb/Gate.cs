namespace Outbox.LiteDb;

/// <summary>What an open delivery waits for.</summary>
internal enum Gate
{
    /// <summary>Nothing: it is in its endpoint's lane. Work that is due at once stays claimable whatever the clock does later.</summary>
    Ready = 0,

    /// <summary>Its due time.</summary>
    Scheduled = 1,

    /// <summary>The one before it of its ordering key.</summary>
    Queued = 2,
}
