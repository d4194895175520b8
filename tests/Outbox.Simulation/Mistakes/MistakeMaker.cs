using System.Text;
using Outbox.Deliveries;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;
using Outbox.Simulation.Store;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Simulation.Mistakes;

/// <summary>Makes the one mistake that a run is given, where the product and the store meet; without one it passes everything on as it is.</summary>
internal sealed class MistakeMaker(World world, Tables tables)
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _firstSecrets = [];

    private Mistake Mistake => world.Mistake;

    /// <summary>The clock that the store goes by when this host calls.</summary>
    public TimeProvider ClockOf(SimulatedHost caller) => Mistake == Mistake.WallClockForLeases ? caller.Clock : world.Database.Clock;

    public EnqueueResult Enqueue(IOutboxStore inner, NewEvent newEvent)
    {
        newEvent = Mistake switch
        {
            Mistake.IdempotencyKeyIgnored => newEvent with { IdempotencyKey = null },
            Mistake.OrderingKeyIgnored => newEvent with { OrderingKey = null },
            Mistake.DeadlineIgnored => newEvent with { Holds = [.. newEvent.Holds.Select(hold => hold with { Deadline = hold.Deadline + TimeSpan.FromHours(20) })] },
            _ => newEvent,
        };
        var result = inner.EnqueueAsync(newEvent, null, CancellationToken.None).Result;
        if (Mistake == Mistake.SortById)
        {
            tables.Deliveries.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        }

        return result;
    }

    /// <summary>What a store stores at once although the caller's transaction is open; null: it waits for the commit.</summary>
    public EnqueueResult? FanOutAtOnce(SimulatedHost host, NewEvent newEvent) => Mistake != Mistake.FanOutOutsideTransaction ? null
        : world.Database.Apply(new StoreCall(host, Place.Enqueue), () => world.Database.Inner.EnqueueAsync(newEvent, null, CancellationToken.None).Result);

    public void Restart()
    {
        if (Mistake == Mistake.HoldIgnoredAfterRestart)
        {
            foreach (var row in tables.Deliveries.Where(row => row.Status == DeliveryStatus.Waiting && row.Event.OpenHolds.Any()))
            {
                row.DueAtOnce = true;
            }
        }
    }

    public ClaimResult Claim(IOutboxStore inner, ClaimRequest request)
    {
        switch (Mistake)
        {
            case Mistake.ParkedClaimed:
                foreach (var row in tables.Deliveries.Where(row => row.Status == DeliveryStatus.Parked).Take(1))
                {
                    row.WaitUntil(row.DueAt, atOnce: true);
                    row.Endpoint.Value = row.Endpoint.Value with { DisabledAt = null };
                }

                break;
            case Mistake.CancelledSent:
                foreach (var row in tables.Deliveries.Where(row => row.Status == DeliveryStatus.Cancelled).Take(1))
                {
                    row.WaitUntil(row.DueAt, atOnce: true);
                }

                break;
            case Mistake.LeaseNeverExpires:
                return KeepingLeases(request, () => inner.ClaimAsync(request, CancellationToken.None).Result);
            case Mistake.OwnWorkTakenOver:
                request = request with { Unsettled = [] };
                break;
            case Mistake.LimitForEachEndpointIgnored:
                request = request with { LimitPerEndpoint = request.Limit, MostPerEndpoint = int.MaxValue, InFlight = new Dictionary<string, int>() };
                break;
            case Mistake.EndpointStarved:
                request = request with { InFlight = new Dictionary<string, int>(request.InFlight) { [tables.Endpoints[^1].Value.Id] = request.Limit } };
                break;
        }

        return inner.ClaimAsync(request, CancellationToken.None).Result;
    }

    // A store takes no lease from the owner that asks.
    private ClaimResult KeepingLeases(ClaimRequest request, Func<ClaimResult> claim)
    {
        var kept = tables.Deliveries.Where(row => row.Status == DeliveryStatus.Delivering).Select(row => (row, row.LeaseOwner)).ToList();
        kept.ForEach(lease => lease.row.LeaseOwner = request.Owner);
        var result = claim();
        kept.ForEach(lease => lease.row.LeaseOwner = lease.LeaseOwner);
        return result;
    }

    public ClaimResult Claimed(SimulatedHost host, ClaimResult claim)
    {
        if (Mistake == Mistake.AcknowledgeBeforeSend)
        {
            var settlements = claim.Deliveries.Select(delivery => new Settlement(delivery, DeliveryTransition.Delivered, null)).ToList();
            world.Database.Apply(
                new StoreCall(host, Place.Settle, settlements),
                () => world.Database.Inner.SettleAsync(settlements, CancellationToken.None).Result);
        }

        return claim with { Deliveries = [.. claim.Deliveries.Select(Claimed)] };
    }

    private ClaimedDelivery Claimed(ClaimedDelivery delivery) => Mistake switch
    {
        Mistake.ScheduleRestarts => delivery with { FailedTries = 0 },
        Mistake.BodyRecomposed when delivery.FailedTries > 0 => delivery with { Data = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(delivery.Data.Span).Replace("{", "{ ", StringComparison.Ordinal)) },
        Mistake.NewIdForEachAttempt when delivery.FailedTries > 0 => delivery with { Id = $"{delivery.Id}{delivery.FailedTries}", EventId = $"{delivery.EventId}{delivery.FailedTries}" },
        Mistake.RotationIgnored => delivery with { Endpoint = delivery.Endpoint with { Secrets = FirstSecrets(delivery.Endpoint) } },
        _ => delivery,
    };

    private ReadOnlyMemory<byte> FirstSecrets(ClaimedEndpoint endpoint) =>
        _firstSecrets.TryGetValue(endpoint.Id, out var first) ? first : _firstSecrets[endpoint.Id] = endpoint.Secrets;

    /// <summary>What a product with the mistake would say.</summary>
    public IReadOnlyList<Settlement> Said(IReadOnlyList<Settlement> settlements) => Mistake switch
    {
        Mistake.InterruptionCounted => [.. settlements.Select(settlement => settlement.Transition is { CountsAttempt: false, DueIn: { } wait }
            ? settlement with { Transition = DeliveryTransition.RetryAfter(wait) } : settlement)],
        Mistake.GoneRetried => [.. settlements.Select(settlement => settlement.Transition is { Status: DeliveryStatus.Parked }
            ? settlement with { Transition = DeliveryTransition.RetryAfter(TimeSpan.FromMinutes(1)) } : settlement)],
        _ => settlements,
    };

    /// <summary>The settlements with the tokens that a store with the mistake will compare.</summary>
    public IReadOnlyList<Settlement>? FencedNow(IReadOnlyList<Settlement> settlements) =>
        Mistake != Mistake.FenceCheckedBeforehand ? null
        : [.. settlements.Where(settlement => Row(settlement) is { Status: DeliveryStatus.Delivering } row && row.LeaseToken == settlement.Delivery.LeaseToken)];

    public SettleResult Settle(IOutboxStore inner, IReadOnlyList<Settlement> settlements, IReadOnlyList<Settlement>? fenced)
    {
        if (Mistake == Mistake.SettlementsLost && world.Chances.Mistakes.Is(0.05))
        {
            return new SettleResult([.. settlements.Select(_ => true)], []);
        }

        if (Mistake == Mistake.NoTokenCheck || fenced is not null)
        {
            settlements = [.. settlements.Select(settlement =>
                Row(settlement) is { } row && fenced?.Contains(settlement) != false ? settlement with { Delivery = settlement.Delivery with { LeaseToken = row.LeaseToken } } : settlement)];
        }

        return inner.SettleAsync(settlements, CancellationToken.None).Result;
    }

    public int Prune(IOutboxStore inner, PruneRequest request)
    {
        var pruned = inner.PruneAsync(request, CancellationToken.None).Result;
        if (Mistake == Mistake.PruneTakesOpen && tables.Deliveries.Find(row => row.Status == DeliveryStatus.Waiting && row.Event.EnqueuedAt + request.KeepDelivered < tables.Now) is { } open)
        {
            tables.Deliveries.Remove(open);
        }

        return pruned;
    }

    public bool Drain(IOutboxStore inner, int portion, TimeSpan interval) =>
        Mistake != Mistake.DrainForgotten && inner.DrainAsync(portion, interval, CancellationToken.None).Result;

    private DeliveryRow? Row(Settlement settlement) => tables.Deliveries.Find(row => row.Key == settlement.Delivery.Key);
}
