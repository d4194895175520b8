using Outbox.Deliveries;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Run;
using Outbox.Simulation.Store;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Simulation.Checks;

/// <summary>After each call to the database: which rows did it change, and may such a call change such rows so?</summary>
internal sealed class RowWatch
{
    private readonly World _world;
    private readonly Tables _tables;
    private readonly ClaimRules _claims;
    private readonly SettlementRules _settlements;
    private readonly EnqueueRules _enqueues;
    private List<DeliveryFact> _facts = [];

    public RowWatch(World world, Tables tables)
    {
        _world = world;
        _tables = tables;
        _claims = new ClaimRules(world);
        _settlements = new SettlementRules(world);
        _enqueues = new EnqueueRules(world, tables);
    }

    private Verdict Verdict => _world.Verdict;

    public void After(StoreCall call)
    {
        _enqueues.Before(call);
        if (call.Place == Place.Claim)
        {
            _claims.Begin((ClaimRequest)call.Argument!, call.Host);
        }

        Align(call);
        foreach (var fact in _facts)
        {
            var row = fact.Row;
            var seen = fact.Seen;
            if (!seen.IsOpen && row.Status == seen.Status && row.LeaseToken == seen.Token && row.Attempts.Count == seen.Attempts)
            {
                continue;
            }

            var now = Snapshot.Of(row);
            if (now != seen)
            {
                Judge(call, fact, seen, now);
                fact.Seen = now;
            }
        }

        if (call.Place == Place.Settle)
        {
            _settlements.Judge((IReadOnlyList<Settlement>)call.Argument!, (SettleResult)call.Result!);
        }

        _claims.Remember(_tables);
    }

    private void Judge(StoreCall call, DeliveryFact fact, Snapshot before, Snapshot now)
    {
        switch (call.Place)
        {
            case Place.Claim:
                _claims.Judge(fact, before, now);
                break;
            case Place.Settle:
                _settlements.Note(fact, before, now);
                break;
            case Place.Park:
                Expect(call, fact, before, now, now.Status == DeliveryStatus.Cancelled ? fact.Row.Endpoint.Deleted && before.IsOpen
                    : now.Status == DeliveryStatus.Parked && before.Status == DeliveryStatus.Waiting && fact.Row.Endpoint.Disabled);
                break;
            case Place.Drain:
                Expect(call, fact, before, now, (before.Status, now.Status) == (DeliveryStatus.Parked, DeliveryStatus.Waiting) && fact.Row.Endpoint.TakesWork);
                break;
            case Place.Heal:
                fact.Healed = true;
                Expect(call, fact, before, now, before.Status == now.Status && before.Token == now.Token && before.Attempts == now.Attempts);
                break;
            case Place.Release:
                Expect(call, fact, before, now, before.Status == now.Status && before.Token == now.Token && before.Attempts == now.Attempts
                    && (fact.Committed is { Frozen: false } || before.Data.Equals(now.Data)));
                _enqueues.JudgeDue(fact, now);
                break;
            case Place.Operator:
                Operate(call, fact, before, now);
                break;
            default:
                Expect(call, fact, before, now, holds: false);
                break;
        }
    }

    private void Operate(StoreCall call, DeliveryFact fact, Snapshot before, Snapshot now)
    {
        fact.OperatedAt = _world.Now;
        if (call.Argument is OperatorVerb.Replay)
        {
            fact.ReplayedAt = _world.Now;
            fact.FailedTries = 0;
            Expect(call, fact, before, now, !before.IsOpen && now.Status == (fact.Row.Endpoint.Disabled ? DeliveryStatus.Parked : DeliveryStatus.Waiting) && now.FailedTries == 0);
        }
        else
        {
            Expect(call, fact, before, now, now.Status == before.Status || (now.Status == DeliveryStatus.Cancelled && before.IsOpen));
        }
    }

    private void Expect(StoreCall call, DeliveryFact fact, Snapshot before, Snapshot now, bool holds) => Verdict.Check(
        holds, "legal-change", () => $"{call.Host.Name} {call.Place} changed {fact.Row.Id} from {before} to {now}");

    /// <summary>New rows come at the end, pruned ones are gone.</summary>
    private void Align(StoreCall call)
    {
        var rows = _tables.Deliveries;
        if (rows.Count == _facts.Count && (rows.Count == 0 || (ReferenceEquals(rows[^1], _facts[^1].Row) && ReferenceEquals(rows[0], _facts[0].Row))))
        {
            return;
        }

        var known = new List<DeliveryFact>(rows.Count);
        foreach (var row in rows)
        {
            known.Add(_world.Ledger.Find(row.Key) ?? _enqueues.Judge(call, row));
        }

        foreach (var gone in _facts.Except(known))
        {
            Verdict.Check(
                call.Place == Place.Prune && !gone.Seen.IsOpen, "never-silently-gone", () => $"{call.Host.Name} {call.Place} removed {gone.Row.Id}, which was {gone.Seen.Status}");
        }

        _facts = known;
    }
}
