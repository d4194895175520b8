using System.Data.Common;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;
using Outbox.Storage;

namespace Outbox.Simulation.Store;

internal sealed class SimulatedEndpointStore(SimulatedHost host, World world) : IEndpointStore
{
    private readonly IEndpointStore _inner = world.Database.Inner.Endpoints;

    public ValueTask<StoredEndpoint> PutAsync(
        EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change, DbTransaction? transaction, CancellationToken cancellationToken) => host.CallAsync(
            world, new StoreCall(host, Place.Endpoint, lookup), () => _inner.PutAsync(lookup, change, null, cancellationToken).Result, cancellationToken);

    public ValueTask<StoredEndpoint?> GetAsync(string id, CancellationToken cancellationToken) => host.CallAsync(
        world, new StoreCall(host, Place.Endpoint), () => _inner.GetAsync(id, cancellationToken).Result, cancellationToken);

    public ValueTask<IReadOnlyList<StoredEndpoint>> ListAsync(EndpointFilter filter, CancellationToken cancellationToken) => host.CallAsync(
        world, new StoreCall(host, Place.Endpoint), () => _inner.ListAsync(filter, cancellationToken).Result, cancellationToken);

    public ValueTask<bool> DeleteAsync(string id, CancellationToken cancellationToken) => host.CallAsync(
        world, new StoreCall(host, Place.Endpoint), () => _inner.DeleteAsync(id, cancellationToken).Result, cancellationToken);
}
