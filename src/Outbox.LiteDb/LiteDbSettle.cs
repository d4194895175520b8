using LiteDB;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>Stores what became of leases, each only while it is the delivery's current one.</summary>
internal sealed class LiteDbSettle(LiteDbDatabase database)
{
    private readonly LiteDbJudging _judging = new(database);

    public async ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken) =>
        settlements.Count == 0 ? SettleResult.Nothing : await database.WriteAsync(session => Settle(session, settlements, cancellationToken), cancellationToken);

    private SettleResult Settle(LiteDbSession session, IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        var now = database.Now;
        var stored = new bool[settlements.Count];
        var settled = new Dictionary<long, DeliveryRow>(settlements.Count);
        var attempts = new List<BsonDocument>();
        for (var i = 0; i < stored.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var settlement = settlements[i];

            // The second of two settlements of one lease comes too late, as it would in another batch.
            if (!settled.ContainsKey(settlement.Delivery.Key) && Leased(session, settlement.Delivery) is { } row)
            {
                Move(row, settlement, now);
                Count(row, settlement, attempts);
                settled.Add(row.Key, row);
                stored[i] = true;
            }
        }

        session.Update(settled.Values);
        session.Insert(AttemptRow.Collection, attempts);
        foreach (var row in settled.Values.Where(row => !row.IsOpen && row.OrderingKey is not null))
        {
            LiteDbOrdering.Advance(session, row.EndpointKey, row.OrderingKey!, now);
        }

        var notices = _judging.Judge(session, settlements.Where((_, i) => stored[i]).Select(settlement => (settled[settlement.Delivery.Key].EndpointKey, settlement)));
        return new SettleResult(stored, notices);
    }

    /// <summary>The fence. It compares the id too: a key is used again when the newest delivery of all was pruned before a restart.</summary>
    private static DeliveryRow? Leased(LiteDbSession session, ClaimedDelivery delivery) =>
        session.Delivery(delivery.Key) is { Status: DeliveryStatus.Delivering } row
        && row.LeaseToken == delivery.LeaseToken
        && string.Equals(row.Id, delivery.Id, StringComparison.Ordinal)
            ? row
            : null;

    private static void Move(DeliveryRow row, Settlement settlement, long now)
    {
        var transition = settlement.Transition;
        row.EndLease();
        row.Status = transition.Status;
        row.LastError = transition.Reason ?? settlement.Attempt?.Error;
        switch (transition.Status)
        {
            case DeliveryStatus.Waiting:
                row.DueAt = now + Math.Max(0, (long)(transition.DueIn ?? TimeSpan.Zero).TotalMilliseconds);
                row.Gate = row.DueAt > now ? Gate.Scheduled : Gate.Ready;
                break;
            case DeliveryStatus.Parked:
                row.DueAt = now;
                row.Gate = Gate.Scheduled;
                break;
            default:
                row.ClosedAt = now;
                break;
        }
    }

    private static void Count(DeliveryRow row, Settlement settlement, List<BsonDocument> attempts)
    {
        if (!settlement.Transition.CountsAttempt)
        {
            return;
        }

        row.Attempts++;
        row.LastStatusCode = settlement.Attempt?.StatusCode;
        var waits = row.Status == DeliveryStatus.Waiting;
        row.FailedTries += waits ? 1 : 0;
        if (settlement.Attempt is { } attempt)
        {
            attempts.Add(AttemptRow.ToDocument(row.Key, row.Attempts, attempt, waits ? row.DueAt : null));
        }
    }
}
