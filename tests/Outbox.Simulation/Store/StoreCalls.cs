using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;

namespace Outbox.Simulation.Store;

internal static class StoreCalls
{
    /// <summary>The way to the database, the transaction in one step, and the way back.</summary>
    public static async ValueTask<T> CallAsync<T>(this SimulatedHost host, World world, StoreCall call, Func<T> work, CancellationToken cancellationToken)
    {
        await world.Faults.BeforeStoreAsync(host, call.Place, cancellationToken);
        var result = world.Database.Apply(call, work);
        await world.Faults.AfterStoreAsync(host, call.Place);
        return result;
    }
}
