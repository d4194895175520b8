namespace Outbox.Sqlite;

/// <summary>What an open delivery waits for; SQL writes these as literals, so that the partial indexes match.</summary>
internal static class Gate
{
    /// <summary>Nothing: it is in its endpoint's lane. Work that is due at once stays claimable whatever the clock does later.</summary>
    public const long Ready = 0;

    /// <summary>Its due time.</summary>
    public const long Scheduled = 1;
}
