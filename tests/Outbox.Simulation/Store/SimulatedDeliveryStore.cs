using Outbox.Deliveries;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;
using Outbox.Storage;

namespace Outbox.Simulation.Store;

internal sealed class SimulatedDeliveryStore(SimulatedHost host, World world) : IDeliveryStore
{
    private readonly IDeliveryStore _inner = world.Database.Inner.Deliveries;

    public ValueTask<DeliveryDetails?> GetAsync(string id, CancellationToken cancellationToken) =>
        CallAsync("get", () => _inner.GetAsync(id, cancellationToken).Result, cancellationToken);

    public ValueTask<DeliveryPage> ListAsync(DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken) =>
        CallAsync("list", () => _inner.ListAsync(filter, limit, cursor, cancellationToken).Result, cancellationToken);

    public ValueTask<IReadOnlyList<HeldArtifact>> ListHeldAsync(int limit, CancellationToken cancellationToken) =>
        CallAsync("list held", () => _inner.ListHeldAsync(limit, cancellationToken).Result, cancellationToken);

    public ValueTask<WebhookBacklog> CountBacklogAsync(CancellationToken cancellationToken) =>
        CallAsync("count", () => _inner.CountBacklogAsync(cancellationToken).Result, cancellationToken);

    public ValueTask<ReplayBatch> ReplayAsync(string? deliveryId, DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellationToken) =>
        CallAsync(OperatorVerb.Replay, () => _inner.ReplayAsync(deliveryId, filter, limit, cursor, cancellationToken).Result, cancellationToken);

    public ValueTask<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken) =>
        CallAsync(OperatorVerb.Cancel, () => _inner.CancelAsync(id, reason, cancellationToken).Result, cancellationToken);

    public ValueTask<ErasureResult> EraseAsync(string subject, string? tenant, CancellationToken cancellationToken) =>
        CallAsync(OperatorVerb.Erase, () => _inner.EraseAsync(subject, tenant, cancellationToken).Result, cancellationToken);

    private ValueTask<T> CallAsync<T>(object verb, Func<T> work, CancellationToken cancellationToken) =>
        host.CallAsync(world, new StoreCall(host, Place.Operator, verb), work, cancellationToken);
}

/// <summary>What operators do to deliveries.</summary>
internal enum OperatorVerb
{
    Replay,
    Cancel,
    Erase,
}
