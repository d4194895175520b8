using Outbox.Inspection;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;
using Outbox.Storage;

namespace Outbox.Simulation.Store;

/// <summary>What people look at. Nothing in it is promised, but it fails like all else, and no delivery may suffer from that.</summary>
internal sealed class SimulatedInspectionStore(SimulatedHost host, World world) : IInspectionStore
{
    private readonly IInspectionStore _inner = world.Database.Inner.Inspection;

    public ValueTask<BoundedCount> CountAsync(DeliveryFilter filter, int limit, CancellationToken cancellationToken) =>
        CallAsync("count some", () => _inner.CountAsync(filter, limit, cancellationToken).Result, cancellationToken);

    public ValueTask<OpenWork> CountOpenWorkAsync(OpenWorkFilter filter, int limit, CancellationToken cancellationToken) =>
        CallAsync("count open", () => _inner.CountOpenWorkAsync(filter, limit, cancellationToken).Result, cancellationToken);

    public async ValueTask AddActivityAsync(IReadOnlyList<EndpointActivity> activity, CancellationToken cancellationToken) =>
        await CallAsync("add activity", () => Done(_inner.AddActivityAsync(activity, cancellationToken)), cancellationToken);

    public ValueTask<IReadOnlyList<ActivityPoint>> ReadActivityAsync(ActivityFilter filter, CancellationToken cancellationToken) =>
        CallAsync("read activity", () => _inner.ReadActivityAsync(filter, cancellationToken).Result, cancellationToken);

    public ValueTask<IReadOnlyList<EndpointHealth>> ReadHealthAsync(IReadOnlyList<string> endpointIds, DateTimeOffset since, CancellationToken cancellationToken) =>
        CallAsync("read health", () => _inner.ReadHealthAsync(endpointIds, since, cancellationToken).Result, cancellationToken);

    public async ValueTask PruneActivityAsync(DateTimeOffset minutesBefore, DateTimeOffset hoursBefore, CancellationToken cancellationToken) =>
        await CallAsync("prune activity", () => Done(_inner.PruneActivityAsync(minutesBefore, hoursBefore, cancellationToken)), cancellationToken);

    private static bool Done(ValueTask task) => task.IsCompletedSuccessfully;

    private ValueTask<T> CallAsync<T>(object verb, Func<T> work, CancellationToken cancellationToken) =>
        host.CallAsync(world, new StoreCall(host, Place.Operator, verb), work, cancellationToken);
}
