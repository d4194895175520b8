using Outbox.Simulation.Engine;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;
using Outbox.Simulation.Store;
using Outbox.Storage;

namespace Outbox.Simulation.Callers;

/// <summary>A recording or transcript that an event waits for: it comes early, just at the deadline, late, or never.</summary>
internal sealed class Artifact(World world, string call, WebhookHold hold)
{
    private readonly Chance _chance = world.Chances.Callers;

    public void Plan()
    {
        var deadline = hold.Deadline;
        var (fault, at) = _chance.NextDouble() switch
        {
            < 0.4 => (Fault.ArtifactEarly, deadline * _chance.NextDouble()),
            < 0.6 => (Fault.ArtifactAtDeadline, deadline + _chance.Between(TimeSpan.FromMilliseconds(-20), TimeSpan.FromMilliseconds(20))),
            < 0.8 => (Fault.ArtifactLate, deadline + _chance.Between(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(30))),
            _ => (Fault.ArtifactLate, TimeSpan.Zero),
        };
        if (at > TimeSpan.Zero)
        {
            world.After(at, () => Arrive(fault));
        }
    }

    private void Arrive(Fault fault)
    {
        if (world.AnyHost(_chance) is { } host)
        {
            world.Counts.Add(fault, Place.Release);
            var inTransaction = _chance.Is(0.5);
            host.Do(() => ArriveAsync(host, inTransaction));
        }
    }

    private async Task ArriveAsync(SimulatedHost host, bool inTransaction)
    {
        var artifact = WebhookArtifact.FromJson(call, hold.Artifact, $$"""{"{{hold.Artifact}}Available":true,"{{hold.Artifact}}Url":"https://files.example.com/{{call}}"}""");
        try
        {
            if (!inTransaction)
            {
                await host.Outbox.ArtifactReadyInOwnTransactionAsync(artifact);
                return;
            }

            await using var transaction = new SimulatedTransaction(host, world);
            await host.Outbox.ArtifactReadyAsync(artifact, transaction);
            await transaction.CommitAsync();
        }
        catch (Exception e) when (e is StoreFaultException or OutboxStoreException)
        {
            // The platform's request failed: the event goes out at its deadline.
        }
    }
}
