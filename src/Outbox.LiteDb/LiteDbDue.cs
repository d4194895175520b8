namespace Outbox.LiteDb;

/// <summary>Says when there is work again.</summary>
internal sealed class LiteDbDue(LiteDbDatabase database)
{
    public TimeSpan? NextDueIn() => database.Read<TimeSpan?>(session =>
    {
        var now = database.Now;
        var open = FirstOpen(session, now);
        if (open <= now)
        {
            return TimeSpan.Zero;
        }

        var scheduled = session.Between(Queue.Scheduled(Gate.Scheduled, 0), Queue.Scheduled(Gate.Scheduled, long.MaxValue), limit: 1) is [var next] ? next.DueAt : (long?)null;
        return (open < scheduled ? open : scheduled ?? open) is { } dueAt ? TimeSpan.FromMilliseconds(Math.Max(0, dueAt - now)) : null;
    });

    /// <summary>When the first of the endpoints with ready deliveries is open.</summary>
    private static long? FirstOpen(LiteDbSession session, long now)
    {
        long? first = null;
        foreach (var opensAt in LiteDbLanes.Walk(session, after: 0, until: long.MaxValue).Select(row => row.OpensAt(now)))
        {
            first = first < opensAt ? first : opensAt;
            if (opensAt <= now)
            {
                break;
            }
        }

        return first;
    }
}
