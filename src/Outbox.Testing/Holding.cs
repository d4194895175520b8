using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

internal sealed class Holding(Tables tables)
{
    public ArtifactOutcome Release(HoldRelease release)
    {
        lock (tables.Lock)
        {
            var waiting = tables.Events
                .Where(row => row.Value.Subject == release.Subject && (release.Tenant is null || row.Value.Tenant == release.Tenant))
                .Select(row => (Event: row, Hold: row.Holds.Find(hold => hold.Artifact == release.Artifact)))
                .Where(pair => pair.Hold is not null)
                .ToList();

            // Every patch is made before the first is stored: one that throws leaves all as it was.
            var patches = waiting
                .Where(pair => !pair.Event.Frozen)
                .Select(pair => (pair.Event, Hold: pair.Hold!, Data: release.Patch(pair.Event.Value.Data)))
                .ToList();
            var outcome = waiting.Count > patches.Count ? ArtifactOutcome.TooLate : ArtifactOutcome.NothingHeld;
            foreach (var (row, hold, data) in patches)
            {
                row.Value = row.Value with { Data = data };
                hold.ReleasedAt = tables.Now;
                var reached = Reschedule(row);
                outcome = reached > outcome ? reached : outcome;
            }

            return outcome;
        }
    }

    private ArtifactOutcome Reschedule(EventRow row)
    {
        var held = row.OpenHolds.Any();
        foreach (var delivery in tables.Deliveries.Where(delivery => delivery.Event == row && delivery.IsOpen))
        {
            delivery.DueAt = held ? row.OpenHolds.Max(hold => hold.Deadline) : tables.Now;
            delivery.DueAtOnce = !held;
        }

        return held ? ArtifactOutcome.StillHeld : ArtifactOutcome.Released;
    }
}
