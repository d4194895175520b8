using Outbox.Deliveries;
using Outbox.Simulation.Run;
using Outbox.Testing;

namespace Outbox.Simulation.Checks;

/// <summary>What must be true of every delivery when all is over.</summary>
internal sealed class EndRules(World world)
{
    public void Judge()
    {
        var left = world.Database.Inner.Tables.Deliveries.ToHashSet<DeliveryRow>(ReferenceEqualityComparer.Instance);
        foreach (var delivery in world.Ledger.Deliveries)
        {
            Judge(delivery, left.Contains(delivery.Row));
        }
    }

    private void Judge(DeliveryFact delivery, bool isLeft)
    {
        var row = delivery.Row;
        Check(delivery, isLeft || !delivery.Seen.IsOpen, "never-silently-gone", "is gone");
        Check(delivery, row.Attempts.Count == delivery.Attempts, "attempts-add-up", $"has {row.Attempts.Count} attempts on record, but {delivery.Attempts} were counted");
        Check(delivery, row.Attempts.Select((attempt, i) => attempt.Number == i + 1).All(inOrder => inOrder), "attempts-add-up", "has attempts that are not numbered from 1");
        switch (row.Status)
        {
            case DeliveryStatus.Delivered:
                Check(delivery, delivery.Leases.Exists(lease => lease.Request is { Status: >= 200 and < 300 }), "delivered-was-received", "is Delivered, but no receiver ever accepted it");
                break;
            case DeliveryStatus.Exhausted:
                Check(delivery, delivery.Attempts > 0, "exhausted-was-tried", "is Exhausted without an attempt");
                break;
            case DeliveryStatus.Cancelled:
                Check(delivery, delivery.OperatedAt >= TimeSpan.Zero || row.Endpoint.Deleted, "cancelled-by-somebody", "is Cancelled, but nobody did that");
                break;
            case DeliveryStatus.Parked:
                Check(delivery, row.Endpoint.Disabled, "parked-while-disabled", "is Parked at an endpoint that is enabled");
                break;
            default:
                Check(delivery, holds: false, "committed-is-closed", $"is {row.Status}");
                break;
        }
    }

    private void Check(DeliveryFact delivery, bool holds, string rule, string what) => world.Verdict.Check(holds, rule, () => $"{delivery.Row.Id} {what}");
}
