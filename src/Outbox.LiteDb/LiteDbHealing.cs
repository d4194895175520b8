using Outbox.Deliveries;

namespace Outbox.LiteDb;

/// <summary>Mends what a jumping clock or a lost race left behind.</summary>
internal sealed class LiteDbHealing(LiteDbDatabase database)
{
    private const int Batch = 1000;

    /// <summary>Puts back what a dead process had leased. The tokens stay, so that whatever it may still say changes nothing.</summary>
    public async ValueTask ReleaseLeasesAsync(CancellationToken cancellationToken)
    {
        while (await database.WriteAsync(ReleaseLeases, cancellationToken) == Batch)
        {
        }
    }

    public async ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken)
    {
        while (await database.WriteAsync(session => Mend(session, longestDelay, longestLease), cancellationToken))
        {
        }
    }

    private static int ReleaseLeases(LiteDbSession session)
    {
        var leased = session.Between(Queue.Leased(0), Queue.Leased(long.MaxValue), Batch);
        leased.ForEach(row => row.TakeBack());
        session.Update(leased);
        return leased.Count;
    }

    /// <returns>Whether there may be more.</returns>
    private bool Mend(LiteDbSession session, TimeSpan longestDelay, TimeSpan longestLease)
    {
        var now = database.Now;
        var scheduled = DueLater(session, Gate.Scheduled, In(longestDelay));
        scheduled.ForEach(row => (row.DueAt, row.Gate) = (now, Gate.Ready));
        var queued = DueLater(session, Gate.Queued, In(longestDelay));
        queued.ForEach(row => row.DueAt = now);
        var leased = session.Between(Queue.Leased(In(longestLease) + 1), Queue.Leased(long.MaxValue), Batch);
        leased.ForEach(row => row.LeaseUntil = now);
        session.Update([.. scheduled, .. queued, .. leased]);

        EndBlocks(session, now, In(longestDelay));
        ResumeDraining(session, now);
        LiteDbOrdering.Heal(session, now);
        return scheduled.Count == Batch || queued.Count == Batch || leased.Count == Batch;
    }

    private static List<DeliveryRow> DueLater(LiteDbSession session, Gate gate, long than) =>
        session.Between(Queue.Scheduled(gate, than + 1), Queue.Scheduled(gate, long.MaxValue), Batch);

    private static void EndBlocks(LiteDbSession session, long now, long later)
    {
        foreach (var endpoint in session.Range(EndpointRow.Collection, "blocked_until", later + 1, long.MaxValue, int.MaxValue).Select(EndpointRow.Read))
        {
            endpoint.Value = endpoint.Value with { BlockedUntil = DateTimeOffset.FromUnixTimeMilliseconds(now) };
            session.Update(endpoint);
        }
    }

    /// <summary>Walks from one endpoint with parked deliveries to the next.</summary>
    private static void ResumeDraining(LiteDbSession session, long now)
    {
        var key = 0L;
        while (session.Between(Queue.Parked(key + 1), Queue.Parked(long.MaxValue), limit: 1) is [var parked])
        {
            key = parked.EndpointKey;
            if (session.Endpoint(key) is { Standing: Standing.Active } endpoint)
            {
                endpoint.DrainAt = now;
                session.Update(endpoint);
            }
        }
    }

    private long In(TimeSpan delay) => database.Now + (long)delay.TotalMilliseconds;
}
