using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>Marks artifacts as arrived, and lets events go that wait for nothing more.</summary>
internal sealed class LiteDbHolds(LiteDbDatabase database)
{
    public ArtifactOutcome Release(LiteDbSession session, HoldRelease release)
    {
        var waiting = session.EventsAbout(release.Subject, release.Tenant)
            .Where(row => row.Holds.Any(hold => IsAbout(hold, release)))
            .ToList();

        // All is patched before anything is stored: data that grows over the limit must leave the caller's transaction as it was.
        var patches = waiting.Where(row => !row.Frozen).Select(row => (Event: row, Data: release.Patch(row.Data))).ToList();
        var best = waiting.Count > patches.Count ? ArtifactOutcome.TooLate : ArtifactOutcome.NothingHeld;
        foreach (var (row, data) in patches)
        {
            row.Data = data;
            row.Holds = [.. row.Holds.Select(hold => IsAbout(hold, release) ? hold with { ReleasedAt = database.Now } : hold)];
            session.Update(row);
            var outcome = Reschedule(session, row, database.Now);
            best = outcome > best ? outcome : best;
        }

        return best;
    }

    private static bool IsAbout(HoldRow hold, HoldRelease release) => string.Equals(hold.Artifact, release.Artifact, StringComparison.Ordinal);

    private static ArtifactOutcome Reschedule(LiteDbSession session, EventRow row, long now)
    {
        var deadline = row.OpenHolds.Select(hold => (long?)hold.Deadline).Max();
        var deliveries = session.DeliveriesOf(row.Key).Where(delivery => delivery.IsOpen).ToList();
        foreach (var delivery in deliveries)
        {
            delivery.DueAt = deadline ?? now;
            delivery.Gate = delivery.Gate == Gate.Queued ? Gate.Queued
                : delivery.Status == DeliveryStatus.Waiting && delivery.DueAt <= now ? Gate.Ready
                : Gate.Scheduled;
        }

        session.Update(deliveries);
        return deadline is null ? ArtifactOutcome.Released : ArtifactOutcome.StillHeld;
    }
}
