namespace Outbox.LiteDb;

/// <summary>Says when there is work again.</summary>
internal sealed class LiteDbDue(LiteDbDatabase database)
{
    public TimeSpan? NextDueIn() => database.Read<TimeSpan?>(session =>
    {
        if (LiteDbLanes.Walk(session, after: 0, until: long.MaxValue).Any())
        {
            return TimeSpan.Zero;
        }

        return session.Between(Queue.Scheduled(Gate.Scheduled, 0), Queue.Scheduled(Gate.Scheduled, long.MaxValue), limit: 1) is [var next]
            ? TimeSpan.FromMilliseconds(Math.Max(0, next.DueAt - database.Now))
            : null;
    });
}
