using Outbox.Deliveries;
using Outbox.Endpoints;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;
using Outbox.Storage;

namespace Outbox.Simulation.Checks;

/// <summary>What becomes of a lease: only its holder says, only once, and only what its request came to.</summary>
internal sealed class SettlementRules(World world)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(2);

    private readonly Dictionary<DeliveryFact, (Snapshot Before, Snapshot Now)> _changed = [];

    public void Note(DeliveryFact fact, Snapshot before, Snapshot now) => _changed[fact] = (before, now);

    public void Judge(IReadOnlyList<Settlement> settlements, SettleResult result)
    {
        for (var i = 0; i < settlements.Count; i++)
        {
            var settlement = settlements[i];
            if (world.Ledger.Find(settlement.Delivery.Key) is not { } fact)
            {
                continue;
            }

            var (before, now) = _changed.TryGetValue(fact, out var change) ? change : (fact.Seen, fact.Seen);
            if (result.Stored[i])
            {
                JudgeStored(settlement, fact, before, now);
                _changed.Remove(fact);
            }
            else if (before.Status == DeliveryStatus.Delivering && before.Token == settlement.Delivery.LeaseToken)
            {
                Fail("refused-for-a-reason", fact, "was refused although its lease was good");
            }
        }

        foreach (var fact in _changed.Keys)
        {
            Fail("refused-changes-nothing", fact, "was refused, or not settled at all, and changed all the same");
        }

        _changed.Clear();
    }

    private void JudgeStored(Settlement settlement, DeliveryFact fact, Snapshot before, Snapshot now)
    {
        var transition = settlement.Transition;
        world.Trace.Add("store", $"settles {fact.Row.Id} #{settlement.Delivery.LeaseToken} as {transition.Status} {transition.DueIn} {transition.Reason}");
        if (before.Status != DeliveryStatus.Delivering || before.Token != settlement.Delivery.LeaseToken)
        {
            Fail("fenced", fact, $"was settled with the token {settlement.Delivery.LeaseToken}, but was {before}");
            return;
        }

        var lease = fact.Lease!;
        var request = lease.Request;
        if (transition.CountsAttempt)
        {
            fact.Attempts++;
            JudgeCounted(settlement, fact, lease);
            fact.FailedTries += transition.Status == DeliveryStatus.Waiting ? 1 : 0;
        }
        else if (request?.Status is not null || (request is not null && !IsTorn(lease, request)))
        {
            Fail("an-answer-counts", fact, $"had the answer {request.Status} and was handed back uncounted: {transition.Reason}");
        }

        if (now.Status != transition.Status || now.Attempts != fact.Attempts || now.FailedTries != fact.FailedTries
            || (transition.DueIn is { } wait && (now.DueAt - world.Database.Now - wait).Duration() > Tolerance))
        {
            Fail("settled-as-told", fact, $"was settled as {transition} and is {now} with {fact.Attempts} attempts and {fact.FailedTries} failed tries expected");
        }
    }

    private void JudgeCounted(Settlement settlement, DeliveryFact fact, LeaseFact lease)
    {
        var attempt = settlement.Attempt;
        if (lease.Request is not { EndedAt: not null } request || attempt is null)
        {
            Fail("an-attempt-is-a-request", fact, $"counts an attempt ({attempt}) without a request that ended");
            return;
        }

        if (attempt.StatusCode != request.Status || attempt.Error is "internal" or "unexpected" or "pipeline")
        {
            Fail("recorded-as-answered", fact, $"was answered {request.Status} and is recorded as {attempt}");
        }

        if (request.Status is null && IsTorn(lease, request) && request.EndedAt - request.StartedAt < request.Profile.Timeout && attempt.Error == "timeout")
        {
            Fail("an-interruption-costs-no-try", fact, $"was torn off after {request.EndedAt - request.StartedAt} and counts");
        }

        JudgePolicy(settlement, fact, lease, request);
    }

    private void JudgePolicy(Settlement settlement, DeliveryFact fact, LeaseFact lease, RequestFact request)
    {
        var (transition, profile) = (settlement.Transition, request.Profile);
        var (status, least, most) = Expected(fact, request);
        var givesUp = transition is { Status: DeliveryStatus.Parked, Reason: EndpointBreaker.Failing } && status != DeliveryStatus.Delivered
            && lease.FailuresInARow >= 9 && lease.FailingFor >= world.Settings.DisableAfter;
        if (!givesUp && (transition.Status != status || transition.DueIn + Tolerance < least || transition.DueIn - Tolerance > most))
        {
            Fail("policy", fact, $"({profile.Name}, {fact.FailedTries} failed tries) was answered {request.Status}; expected {status} in {least} to {most}, but was {transition}");
        }
    }

    private static (DeliveryStatus Status, TimeSpan? Least, TimeSpan? Most) Expected(DeliveryFact fact, RequestFact request)
    {
        var profile = request.Profile;
        if (request.Status is { } answered && answered >= profile.Success.From && answered <= profile.Success.To)
        {
            return (DeliveryStatus.Delivered, null, null);
        }

        if (request.Status == 410 && profile.GoneDisables)
        {
            return (DeliveryStatus.Parked, null, null);
        }

        if (fact.FailedTries >= profile.Retries.Delays.Count)
        {
            return (DeliveryStatus.Exhausted, null, null);
        }

        var scheduled = profile.Retries.Delays[fact.FailedTries];
        var (least, most) = (scheduled * (1 - profile.Retries.Jitter), scheduled * (1 + profile.Retries.Jitter));
        var asked = request.RetryAfter is { } wait ? TimeSpan.FromSeconds(Math.Min(wait.TotalSeconds, TimeSpan.FromHours(24).TotalSeconds)) : TimeSpan.Zero;
        return (DeliveryStatus.Waiting, asked > least ? asked : least, asked > most ? asked : most);
    }

    // A process that was told to stop, and had no more patience.
    private static bool IsTorn(LeaseFact lease, RequestFact request) =>
        request.Status is null && (lease.Host.Context != lease.Process || lease.Host.State != HostState.Running);

    private void Fail(string rule, DeliveryFact fact, string what) => world.Verdict.Fail(rule, $"{fact.Row.Id} {what}");
}
