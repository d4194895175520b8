using System.Globalization;
using Outbox.Deliveries;
using Outbox.Profiles;
using Outbox.Signing;
using Outbox.Simulation.Engine;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Receivers;
using Outbox.Simulation.Run;

namespace Outbox.Simulation.Checks;

/// <summary>What must be true of every request in the moment it goes out.</summary>
internal sealed class RequestRules(World world)
{
    /// <summary>The host's own header, by which the referee knows the event again whatever else is wrong with the request.</summary>
    public const string EventNumber = "X-Event-Number";

    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(WebhookProfile Profile, string Secret), WebhookVerifier> _verifiers = [];

    public RequestFact Begin(SimulatedHost host, SimulatedContext process, Receiver receiver, HttpRequestMessage request, byte[] body)
    {
        world.Ledger.Attempts++;
        var sent = new RequestFact(world.Now, receiver.Profile);
        var lease = LeaseOf(process, receiver, request);
        if (lease is null)
        {
            world.Verdict.Fail("a-request-has-a-lease", $"{host.Name} sends to {request.RequestUri} what it has no lease for, or has sent already by this lease");
            return sent;
        }

        world.Trace.Add(host.Name, $"sends {lease.Delivery.Row.Id} #{lease.Token} to {request.RequestUri}");
        JudgeLease(lease, sent);
        lease.Request = sent;
        JudgeEvent(lease.Delivery);
        JudgeOrder(lease);
        JudgeBytes(lease.Delivery, receiver.Profile, request, body);
        JudgeSignature(lease, receiver.Profile, request, body);
        Check(lease, request.RequestUri!.AbsoluteUri == lease.Url, "sent-to-its-endpoint", () => $"goes to {request.RequestUri} instead of {lease.Url}");
        return sent;
    }

    private LeaseFact? LeaseOf(SimulatedContext process, Receiver receiver, HttpRequestMessage request)
    {
        var number = request.Headers.TryGetValues(EventNumber, out var values) ? values.First() : null;
        var id = number is null && request.Headers.TryGetValues("webhook-id", out var ids) ? ids.First() : null;

        // An event that was enqueued again after its key was erased has the number of the first, of which a lease may be left whose claim was lost.
        return world.Ledger.OfEvent(number ?? id ?? "")
            .Where(delivery => delivery.Row.Endpoint.Value.Id == receiver.EndpointId)
            .Select(delivery => delivery.Leases.FindLast(lease => lease.Process == process && lease.Request is null))
            .MaxBy(lease => lease?.ClaimedAt);
    }

    private void JudgeLease(LeaseFact lease, RequestFact sent)
    {
        var (delivery, row) = (lease.Delivery, lease.Delivery.Row);
        Check(lease, lease.Answered, "no-transaction-open-during-http", () => "is sent while the transaction that claimed it is open");
        var longest = sent.Profile.Timeout + BodyTimeout;
        Check(lease, world.Now - lease.ClaimedAt + longest <= world.Settings.Lease, "lease-long-enough", () => $"is sent {world.Now - lease.ClaimedAt} after its claim and may take {longest}, but the lease is {world.Settings.Lease}");
        var holds = row.Status == DeliveryStatus.Delivering && row.LeaseToken == lease.Token;
        Check(lease, holds || delivery.OperatedAt >= lease.ClaimedAt || row.Endpoint.Deleted || world.Ledger.HasJumpedSince(lease.ClaimedAt), "lease-held", () => $"is sent by a lease that has passed on: {Snapshot.Of(row)}");
    }

    private void JudgeEvent(DeliveryFact delivery)
    {
        if (delivery.Committed is not { } committed)
        {
            world.Verdict.Fail("rolled-back-is-never-sent", $"{delivery.Row.Id} is sent, but no commit brought its event");
            return;
        }

        var early = committed.Open.Count > 0 && !delivery.Healed && delivery.ReplayedAt == TimeSpan.MinValue && !world.Ledger.HasJumpedSince(committed.EnqueuedAt);
        world.Verdict.Check(
            !early || committed.Open.Values.Max() <= world.Database.Now, "held", () => $"{delivery.Row.Id} is sent at {world.Database.Now:O} without {string.Join(", ", committed.Open)}");
    }

    private void JudgeOrder(LeaseFact lease)
    {
        var delivery = lease.Delivery;
        if (!delivery.IsOrdered || delivery.Row.LeaseToken != lease.Token)
        {
            return;
        }

        foreach (var other in world.Ledger.SameKey(delivery))
        {
            if (other == delivery || !other.IsOrdered || other.ReplayedAt >= lease.ClaimedAt)
            {
                continue;
            }

            Check(lease, other.Order > delivery.Order || !other.Row.IsOpen, "order", () => $"overtakes {other.Row.Id}, which is {other.Row.Status}");
            Check(lease, !Ledger.IsOnTheWire(other), "one-of-a-key-on-the-wire", () => $"joins {other.Row.Id} on the wire");
        }
    }

    private void JudgeBytes(DeliveryFact delivery, WebhookProfile profile, HttpRequestMessage request, byte[] body)
    {
        var id = Header(request, profile.DeliveryIdHeader) ?? Header(request, profile.Signature.IdHeader) ?? DedupeId.FromBody(profile.Envelope, body);
        delivery.Body ??= body;
        delivery.WireId ??= id;
        world.Verdict.Check(delivery.Body.AsSpan().SequenceEqual(body), "same-bytes", () => $"{delivery.Row.Id} is sent with other bytes than before");
        world.Verdict.Check(delivery.WireId == id && (id == delivery.Row.Id || id == delivery.Row.Event.Value.Id), "same-id", () => $"{delivery.Row.Id} is sent as {id}, before as {delivery.WireId}");
    }

    private void JudgeSignature(LeaseFact lease, WebhookProfile profile, HttpRequestMessage request, byte[] body)
    {
        if (lease.NewestSecret.Length == 0)
        {
            return;
        }

        if (!_verifiers.TryGetValue((profile, lease.NewestSecret), out var verifier))
        {
            verifier = _verifiers[(profile, lease.NewestSecret)] = new WebhookVerifier(profile, [lease.NewestSecret], lease.Host.Clock, TimeSpan.FromDays(1));
        }

        var verified = verifier.Verify(body, name => Header(request, name));
        Check(lease, verified.IsValid, "signed-with-the-newest-secret", () => $"does not verify: {verified.Failure} {verified.Reason}");
    }

    private static string? Header(HttpRequestMessage request, string? name) =>
        name is not null && request.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private void Check(LeaseFact lease, bool holds, string rule, Func<string> what) =>
        world.Verdict.Check(holds, rule, () => string.Create(CultureInfo.InvariantCulture, $"{lease.Delivery.Row.Id} #{lease.Token} of {lease.Host.Name} {what()}"));
}
