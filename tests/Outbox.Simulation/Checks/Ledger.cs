using System.Text.Json;
using Outbox.Deliveries;
using Outbox.Endpoints;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Simulation.Checks;

/// <summary>The referee's books: every commit, lease, request and answer, beside what the store says of them.</summary>
internal sealed class Ledger(World world)
{
    private readonly Dictionary<EventRow, EventFact> _events = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(long Endpoint, string Key), List<DeliveryFact>> _ordered = [];
    private readonly Dictionary<long, DeliveryFact> _byKey = [];
    private readonly Dictionary<string, List<DeliveryFact>> _byEvent = [];
    private readonly HashSet<(string? Tenant, string Key)> _idempotencyKeys = [];
    private readonly SecretVault _vault = new();
    private int _pruned;

    /// <summary>Every delivery that ever was, in the order of commits; pruned ones too.</summary>
    public List<DeliveryFact> Deliveries { get; } = [];

    public int Events => _events.Count + _pruned;

    public long Attempts { get; set; }

    public EventFact? EventOf(EventRow row) => _events.GetValueOrDefault(row);

    public DeliveryFact? Find(long key) => _byKey.GetValueOrDefault(key);

    /// <summary>The deliveries of an event: by the host's number for it, or by its id where it is the outbox's own.</summary>
    public IReadOnlyList<DeliveryFact> OfEvent(string numberOrId) => _byEvent.GetValueOrDefault(numberOrId) ?? [];

    public IReadOnlyList<DeliveryFact> SameKey(DeliveryFact delivery) => delivery.OrderingKey is { } key ? _ordered[key] : [];

    public void Commit(EventRow row, NewEvent value)
    {
        var committed = _events[row] = new EventFact(row, value, world.Now, world.Database.Now);
        foreach (var delivery in OfEvent(NumberOf(value) ?? value.Id))
        {
            delivery.Committed = committed;
        }
    }

    /// <summary>False where the tenant has used the key before.</summary>
    public bool Use(string? tenant, string key) => _idempotencyKeys.Add((tenant, key));

    /// <summary>What was erased has no key any more.</summary>
    public void ForgetErased() => _idempotencyKeys.ExceptWith(
        _events.Values.Where(fact => fact.Row.Erased && fact.Value.IdempotencyKey is not null).Select(fact => (fact.Value.Tenant, fact.Value.IdempotencyKey!)));

    /// <summary>Events were pruned: their keys may be used again.</summary>
    public void ForgetAllBut(IEnumerable<EventRow> left)
    {
        foreach (var gone in _events.Keys.Except(left).ToList())
        {
            if (_events[gone].Value is { IdempotencyKey: { } key } value)
            {
                _idempotencyKeys.Remove((value.Tenant, key));
            }

            _events.Remove(gone);
            _pruned++;
        }
    }

    public IEnumerable<EventFact> Holding(HoldRelease release) => _events.Values.Where(fact =>
        fact.Row.Value.Subject == release.Subject && (release.Tenant is null || fact.Value.Tenant == release.Tenant) && fact.Value.Holds.Any(hold => hold.Artifact == release.Artifact));

    public DeliveryFact Add(DeliveryRow row)
    {
        var fact = new DeliveryFact(row, EventOf(row.Event), Deliveries.Count) { Seen = Snapshot.Of(row) };
        Deliveries.Add(fact);
        _byKey.Add(row.Key, fact);
        List(_byEvent, NumberOf(row.Event.Value) ?? row.Event.Value.Id).Add(fact);
        if (fact.OrderingKey is { } key)
        {
            List(_ordered, key).Add(fact);
        }

        return fact;
    }

    private static List<DeliveryFact> List<TKey>(Dictionary<TKey, List<DeliveryFact>> index, TKey key)
        where TKey : notnull => index.TryGetValue(key, out var list) ? list : index[key] = [];

    private static string? NumberOf(NewEvent value) =>
        value.Headers is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(value.Headers)!.GetValueOrDefault(RequestRules.EventNumber);

    public void Lease(DeliveryFact delivery, SimulatedHost host)
    {
        var endpoint = delivery.Row.Endpoint.Value;
        var secrets = _vault.Open(endpoint.Secrets, endpoint.Tenant, endpoint.Id);
        var failingFor = world.Database.Now - (endpoint.FailingSince ?? world.Database.Now);
        delivery.Leases.Add(new LeaseFact(
            delivery, delivery.Row.LeaseToken, host, host.Context, world.Now, secrets.Count == 0 ? "" : secrets[0].Value, endpoint.Url, endpoint.FailuresInARow, failingFor));
        if (delivery.Committed is { } committed)
        {
            committed.Frozen = true;
        }
    }

    /// <summary>A claim has returned to its process.</summary>
    public void Answered(SimulatedHost host, ClaimResult claim)
    {
        if (world.Mistake == Mistakes.Mistake.TransactionOpenDuringHttp)
        {
            return;
        }

        foreach (var delivery in claim.Deliveries)
        {
            foreach (var lease in _byKey[delivery.Key].Leases.Where(lease => lease.Token == delivery.LeaseToken && lease.Process == host.Context))
            {
                lease.Answered = true;
            }
        }
    }

    /// <summary>Whether something happened since that keeps an honest process from ending what it began, or that took its lease away early.</summary>
    public bool IsExcused(LeaseFact lease) =>
        lease.Process.IsDead || lease.Host.Context != lease.Process || lease.Host.LastDisturbed >= lease.ClaimedAt || HasJumpedSince(lease.ClaimedAt);

    public bool HasJumpedSince(TimeSpan time) => world.Database.LastJump >= time;

    /// <summary>Whether the delivery is on the wire by a lease that is good.</summary>
    public static bool IsOnTheWire(DeliveryFact delivery) =>
        delivery.Row.Status == DeliveryStatus.Delivering && delivery.Lease is { Request.IsOnTheWire: true } lease && lease.Token == delivery.Row.LeaseToken && !lease.Process.IsDead;
}
