using Outbox.Deliveries;
using Outbox.Simulation.Engine;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Receivers;
using Outbox.Simulation.Run;
using Outbox.Storage;

namespace Outbox.Simulation.Callers;

/// <summary>The people behind the platform: they register endpoints, and meddle with them and with deliveries while these are under way.</summary>
internal sealed class Operator(World world)
{
    private readonly Chance _chance = world.Chances.Operators;
    private readonly HashSet<string> _toDelete = new(StringComparer.Ordinal);
    private int _deleted;

    /// <summary>An endpoint was enabled, and what was parked for it begins to go out.</summary>
    public Action? Enabled { get; set; }

    public void Plan()
    {
        foreach (var receiver in world.Receivers)
        {
            Ask(host => RegisterAsync(host, receiver));
        }

        var acts = _chance.Between(0, 40);
        for (var i = 0; i < acts; i++)
        {
            world.At(world.Settings.Length * _chance.NextDouble(), Act);
        }

        for (var at = TimeSpan.FromMinutes(20); at < world.Settings.Length; at += world.Settings.Length / 12)
        {
            world.At(at, () => EnableAll(0.6));
        }
    }

    /// <summary>Enables the disabled endpoints, or a share of them.</summary>
    public void EnableAll(double share)
    {
        foreach (var receiver in world.Receivers.Where(receiver => receiver is { IsDeleted: false, EndpointId: not null } && _chance.Is(share)))
        {
            Ask(async host =>
            {
                if (await host.Outbox.Endpoints.GetAsync(receiver.EndpointId!) is { Enabled: false })
                {
                    await host.Outbox.Endpoints.EnableAsync(receiver.EndpointId!);
                    Enabled?.Invoke();
                }
            });
        }
    }

    private static async Task RegisterAsync(SimulatedHost host, Receiver receiver) =>
        receiver.EndpointId = (await host.Outbox.Endpoints.PutAsync(receiver.Wish(receiver.NewSecret()))).Endpoint.Id;

    private async Task MoveAsync(SimulatedHost host, Receiver receiver)
    {
        try
        {
            await host.Outbox.Endpoints.PutAsync(receiver.Wish(secret: null));
        }
        catch (WebhookValidationException) when (_toDelete.Contains(receiver.EndpointId!))
        {
            // It was deleted, and the answer that would have told was lost, or went to another receiver of the same endpoint.
        }
    }

    private void Act()
    {
        var receiver = _chance.Pick(world.Receivers);
        if (receiver.EndpointId is not { } id || receiver.IsDeleted)
        {
            return;
        }

        switch (_chance.Between(0, 7))
        {
            case 0:
                Try(Fault.EndpointDisabled, Place.Endpoint, host => host.Outbox.Endpoints.DisableAsync(id, "the customer asked"));
                break;
            case 1:
                var secret = receiver.NewSecret();
                Try(Fault.EndpointRotated, Place.Endpoint, host => host.Outbox.Endpoints.RotateSecretAsync(id, secret));
                break;
            case 2 when receiver.Number != 0:
                receiver.Move();
                Try(Fault.EndpointMoved, Place.Endpoint, host => MoveAsync(host, receiver));
                break;
            case 3 when receiver.Number != 0 && _deleted < world.Settings.DeletedAtMost && _chance.Is(0.3):
                _deleted++;
                _toDelete.Add(id);
                Try(Fault.EndpointDeleted, Place.Endpoint, async host => receiver.IsDeleted = await host.Outbox.Endpoints.DeleteAsync(id));
                break;
            case 4:
                Try(Fault.Replay, Place.Operator, host => host.Outbox.Deliveries.ReplayAsync(new DeliveryFilter { Status = DeliveryStatus.Exhausted, EndpointId = id }));
                break;
            case 5:
                WithSome(Fault.Replay, (host, delivery) => host.Outbox.Deliveries.ReplayAsync(delivery));
                break;
            case 6:
                WithSome(Fault.Cancel, (host, delivery) => host.Outbox.Deliveries.CancelAsync(delivery, "an operator"));
                break;
            case 7:
                var call = $"call-{_chance.Between(1, world.Settings.Events)}";
                Try(Fault.Erase, Place.Operator, host => host.Outbox.EraseSubjectAsync(call));
                break;
        }
    }

    private void WithSome(Fault fault, Func<SimulatedHost, string, Task> act)
    {
        var rows = world.Database.Inner.Tables.Deliveries;
        for (var i = 0; i < 3 && rows.Count > 0; i++)
        {
            var row = _chance.Is(0.5) ? _chance.Pick(rows) : rows.Find(row => row.Status == DeliveryStatus.Delivering) ?? _chance.Pick(rows);
            Try(fault, Place.Operator, host => act(host, row.Id));
        }
    }

    private void Try(Fault fault, Place place, Func<SimulatedHost, Task> act)
    {
        if (world.Faults.Plan.Has(fault))
        {
            world.Counts.Add(fault, place);
            Ask(act);
        }
    }

    private void Ask(Func<SimulatedHost, Task> act)
    {
        if (world.AnyHost(_chance) is { } host)
        {
            host.Do(async () =>
            {
                try
                {
                    await act(host);
                }
                catch (Exception e) when (e is StoreFaultException or OutboxStoreException)
                {
                    // People see the error, and some time later they try something else.
                }
            });
        }
    }
}
