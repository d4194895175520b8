using Outbox.Deliveries;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Simulation.Checks;

/// <summary>What a claim may take: what is due, at an endpoint that takes it, first of its key; and from another only what has run out.</summary>
internal sealed class ClaimRules(World world)
{
    private readonly Dictionary<EndpointRow, (DateTimeOffset? Blocked, bool Takes)> _endpoints = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<EndpointRow, int> _taken = new(ReferenceEqualityComparer.Instance);
    private ClaimRequest _request = null!;
    private SimulatedHost _host = null!;

    private DateTimeOffset Now => world.Database.Mistakes.ClockOf(_host).GetUtcNow();

    public void Begin(ClaimRequest request, SimulatedHost host)
    {
        (_request, _host) = (request, host);
        _taken.Clear();
    }

    public void Remember(Tables tables)
    {
        foreach (var endpoint in tables.Endpoints)
        {
            _endpoints[endpoint] = (endpoint.Value.BlockedUntil, endpoint.TakesWork);
        }
    }

    public void Judge(DeliveryFact fact, Snapshot before, Snapshot now)
    {
        if (before.Status == DeliveryStatus.Delivering)
        {
            JudgeTakeOver(fact, before);
        }

        if (now.Status == DeliveryStatus.Waiting && before.Status == DeliveryStatus.Delivering)
        {
            return;
        }

        if (now.Status != DeliveryStatus.Delivering || now.Token <= before.Token || !before.IsOpen || before.Status == DeliveryStatus.Parked)
        {
            Fail("claimable", fact, $"was {before} and is {now}");
            return;
        }

        JudgeDue(fact, before);
        JudgeEndpoint(fact);
        JudgeOrder(fact);
        world.Ledger.Lease(fact, _host);
        world.Trace.Add(_host.Name, $"claims {fact.Row.Id} #{now.Token}");
    }

    private void JudgeTakeOver(DeliveryFact fact, Snapshot before)
    {
        if (before.LeaseUntil > Now || before.Owner == _request.Owner)
        {
            Fail("lease-respected", fact, $"was leased by another until {before.LeaseUntil:O}, and now is {Now:O}");
        }

        if (fact.Lease is { Answered: true } own && own.Token == before.Token && own.Process == _host.Context)
        {
            Fail("not-from-itself", fact, $"this very process leased {own.ClaimedAt} and has not settled");
        }

        if (fact.Lease is { } lease && !world.Ledger.IsExcused(lease))
        {
            Fail("no-lease-runs-out-without-a-cause", fact, $"was leased by {lease.Host.Name}, which nothing has disturbed since {lease.ClaimedAt}");
        }
    }

    private void JudgeDue(DeliveryFact fact, Snapshot before)
    {
        if (before.Status == DeliveryStatus.Waiting && !before.AtOnce && before.DueAt > Now)
        {
            Fail("due", fact, $"is due at {before.DueAt:O}, and now is {Now:O}");
        }
    }

    private void JudgeEndpoint(DeliveryFact fact)
    {
        var (endpoint, id) = (fact.Row.Endpoint, fact.Row.Endpoint.Value.Id);
        var (blocked, takes) = _endpoints[endpoint];
        var taken = _taken[endpoint] = _taken.GetValueOrDefault(endpoint) + 1;
        if (!takes || blocked > Now)
        {
            Fail("endpoint-takes-work", fact, $"is owed to {id}, which takes no work (blocked until {blocked:O})");
        }
        else if (blocked is not null && taken > 1)
        {
            Fail("half-open-takes-one", fact, $"is the second in one claim for {id}, which is half-open");
        }
        else if (taken + _request.InFlight.GetValueOrDefault(id) > Math.Min(_request.LimitPerEndpoint, _request.MostPerEndpoint))
        {
            Fail("limit-for-each-endpoint", fact, $"is more than {Math.Min(_request.LimitPerEndpoint, _request.MostPerEndpoint)} in flight to {id}");
        }
    }

    private void JudgeOrder(DeliveryFact fact)
    {
        foreach (var other in world.Ledger.SameKey(fact))
        {
            if (other != fact && fact.IsOrdered && other.IsOrdered && (other.Row.Status == DeliveryStatus.Delivering || (other.Order < fact.Order && other.Row.IsOpen)))
            {
                Fail("order", fact, $"goes before or beside {other.Row.Id}, which is {other.Row.Status}");
            }
        }
    }

    private void Fail(string rule, DeliveryFact fact, string what) => world.Verdict.Fail(rule, $"{_host.Name} claimed {fact.Row.Id}, which {what}");
}
