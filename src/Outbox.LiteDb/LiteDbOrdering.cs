using LiteDB;
using Outbox.Deliveries;

namespace Outbox.LiteDb;

/// <summary>
/// The order of deliveries with an ordering key: of the open ones of a key and endpoint exactly one, the head, is not queued. Whatever closes
/// one lets the next move up.
/// </summary>
internal static class LiteDbOrdering
{
    /// <summary>Stores the turns that changed with the rows.</summary>
    public static void Store(LiteDbSession session, IReadOnlyCollection<DeliveryRow> rows)
    {
        foreach (var row in rows)
        {
            var (before, after) = (row.StoredTurn, row.Turn);
            if (before.AsSpan().SequenceEqual(after))
            {
                continue;
            }

            if (before is not null)
            {
                session.Delete(Queue.Turns, new BsonValue(before));
            }

            if (after is not null)
            {
                session.Insert(Queue.Turns, new BsonDocument { ["_id"] = after }.With("delivery", row.Key));
            }

            row.TurnIsStored();
        }
    }

    /// <summary>Whether an open delivery of the key comes before a new one.</summary>
    public static bool IsTaken(LiteDbSession session, long endpointKey, string orderingKey) =>
        First(session, Queue.TurnsOf(endpointKey, orderingKey)) is not null;

    /// <summary>Lets the oldest that queues move up where none is ahead of it. One that never had to wait for a time is due even where the clock was set back since.</summary>
    public static void Advance(LiteDbSession session, long endpointKey, string orderingKey, long now) =>
        Advance(session, Queue.TurnsOf(endpointKey, orderingKey), now);

    /// <summary>Lets move up what was left behind without a head.</summary>
    public static void Heal(LiteDbSession session, long now)
    {
        var after = Array.Empty<byte>();
        while (First(session, after, Ordinal.After(Ordinal.Of(long.MaxValue))) is { } first)
        {
            var turns = Queue.PrefixOf(first["_id"].AsBinary);
            Advance(session, turns, now);
            after = Ordinal.After(turns);
        }
    }

    private static void Advance(LiteDbSession session, byte[] turns, long now)
    {
        if (First(session, turns) is not { } first || !Queue.IsQueued(first["_id"].AsBinary))
        {
            return;
        }

        if (session.Delivery(first["delivery"].AsInt64) is { } row)
        {
            row.Gate = row.Status == DeliveryStatus.Waiting && row.IsDue(now) ? Gate.Ready : Gate.Scheduled;
            session.Update(row);
        }
    }

    private static BsonDocument? First(LiteDbSession session, byte[] turns) => First(session, turns, Ordinal.After(turns));

    private static BsonDocument? First(LiteDbSession session, byte[] from, byte[] to) => session.Range(Queue.Turns, "_id", from, to, limit: 1).FirstOrDefault();
}
