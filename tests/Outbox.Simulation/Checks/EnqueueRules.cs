using Outbox.Deliveries;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Run;
using Outbox.Simulation.Store;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Simulation.Checks;

/// <summary>What a commit brings: the event, and one delivery for each endpoint that wants it, due when its holds say.</summary>
internal sealed class EnqueueRules(World world, Tables tables)
{
    private int _events;

    /// <summary>Books what was committed, before the rows that came with it are looked at.</summary>
    public void Before(StoreCall call)
    {
        if (call.Place == Place.Enqueue && call is { Argument: NewEvent wanted, Result: EnqueueResult result })
        {
            Book(wanted, result);
        }
        else if (call.Place is Place.Settle or Place.Endpoint)
        {
            // Notices are stored with their cause.
            foreach (var row in tables.Events.Skip(_events))
            {
                world.Ledger.Commit(row, row.Value);
            }
        }
        else if (call.Argument is OperatorVerb.Erase)
        {
            world.Ledger.ForgetErased();
        }
        else if (call.Place == Place.Prune && tables.Events.Count < _events)
        {
            world.Ledger.ForgetAllBut(tables.Events);
        }
        else if (call.Place == Place.Release && call.Argument is HoldRelease release)
        {
            foreach (var held in world.Ledger.Holding(release).Where(held => !held.Frozen))
            {
                held.Open.Remove(release.Artifact);
            }
        }

        _events = tables.Events.Count;
    }

    public DeliveryFact Judge(StoreCall call, DeliveryRow row)
    {
        var fact = world.Ledger.Add(row);
        var now = fact.Seen;
        world.Verdict.Check(
            now.Attempts == 0 && now.Token == 0 && now.Status == (row.Endpoint.Disabled ? DeliveryStatus.Parked : DeliveryStatus.Waiting),
            "enqueued-as-owed",
            () => $"{call.Host.Name} {call.Place} made {row.Id} as {now}");
        JudgeDue(fact, now);
        return fact;
    }

    public void JudgeDue(DeliveryFact fact, Snapshot now)
    {
        if (fact.Committed is { Frozen: false } committed && now.IsOpen)
        {
            var holds = committed.Open.Count > 0;
            world.Verdict.Check(
                holds ? !now.AtOnce && now.DueAt == committed.Open.Values.Max() : now.AtOnce || now.DueAt <= world.Database.Now,
                "held-to-the-deadline",
                () => $"{fact.Row.Id} waits for {string.Join(", ", committed.Open)} and is due at {now.DueAt:O}{(now.AtOnce ? " at once" : "")}");
        }
    }

    private void Book(NewEvent wanted, EnqueueResult result)
    {
        var isNew = wanted.IdempotencyKey is not { } key || world.Ledger.Use(wanted.Tenant, key);
        world.Verdict.Check(isNew != result.IsDuplicate, "one-event-for-a-key", () => $"{wanted.Id} with the key {wanted.IdempotencyKey}: duplicate is {result.IsDuplicate}, but should be {!isNew}");
        if (result.IsDuplicate)
        {
            return;
        }

        var row = tables.Events.FindLast(row => row.Value.Id == result.EventId)!;
        world.Ledger.Commit(row, wanted);
        var expected = tables.Endpoints.Count(endpoint => Wants(endpoint, wanted));
        world.Verdict.Check(result.DeliveryIds.Count == expected, "fan-out", () => $"{wanted.Id} is owed to {result.DeliveryIds.Count} endpoints, but {expected} want it");
    }

    private static bool Wants(EndpointRow endpoint, NewEvent wanted) =>
        !endpoint.Deleted && wanted.Scopes.Contains(endpoint.Value.Scope) && (endpoint.Value.Tenant is null || endpoint.Value.Tenant == wanted.Tenant);
}
