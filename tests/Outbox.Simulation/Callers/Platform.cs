using System.Globalization;
using Outbox.Simulation.Checks;
using Outbox.Simulation.Engine;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;
using Outbox.Simulation.Store;
using Outbox.Storage;

namespace Outbox.Simulation.Callers;

/// <summary>The voice platform's own code: it ends calls, and tells of them in its transactions, some of which fail or are rolled back.</summary>
internal sealed class Platform(World world)
{
    private readonly Chance _chance = world.Chances.Callers;
    private int _number;

    /// <summary>Spreads the events over the run: in bursts, with quiet hours between them.</summary>
    public void Plan()
    {
        var left = world.Settings.Events;
        while (left > 0)
        {
            var burst = Math.Min(left, _chance.Is(0.3) ? _chance.Between(20, 80) : _chance.Between(1, 8));
            left -= burst;
            var begins = world.Settings.Length * 0.95 * _chance.NextDouble();
            var lasts = _chance.Between(TimeSpan.Zero, TimeSpan.FromMinutes(2));
            while (burst > 0)
            {
                var together = Math.Min(burst, _chance.Is(0.8) ? 1 : _chance.Between(2, 4));
                burst -= together;
                world.At(begins + lasts * _chance.NextDouble(), () => Tell(together));
            }
        }
    }

    private void Tell(int count) => Tell([.. Enumerable.Range(0, count).Select(_ => NewCall())]);

    private void Tell(List<WebhookEvent> calls)
    {
        if (world.AnyHost(_chance) is { } host)
        {
            var way = _chance.NextDouble();
            host.Do(() => AtHostAsync(host, calls, way, again: 3));
        }
        else
        {
            // While no machine is up, calls go on.
            world.After(TimeSpan.FromSeconds(30), () => Tell(calls));
        }
    }

    private async Task AtHostAsync(SimulatedHost host, List<WebhookEvent> calls, double way, int again)
    {
        try
        {
            await TellAsync(host, calls, way);
        }
        catch (Exception e) when (e is StoreFaultException or OutboxStoreException)
        {
            // The platform's request failed. Its client tries again where the call is known again by its key.
            if (again > 0 && calls.TrueForAll(call => call.IdempotencyKey is not null))
            {
                world.Counts.Add(Fault.Duplicate, Place.Enqueue);
                world.After(_chance.Between(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)), () => Again(calls, again - 1));
            }
        }
    }

    private void Again(List<WebhookEvent> calls, int again)
    {
        if (world.AnyHost(_chance) is { } other)
        {
            other.Do(() => AtHostAsync(other, calls, way: 0.3, again));
        }
    }

    private async Task TellAsync(SimulatedHost host, List<WebhookEvent> calls, double way)
    {
        if (way < 0.15)
        {
            foreach (var call in calls)
            {
                await host.Outbox.EnqueueInOwnTransactionAsync(call);
            }

            return;
        }

        await using var transaction = new SimulatedTransaction(host, world);
        foreach (var call in calls)
        {
            await host.Outbox.EnqueueAsync(call, transaction);
        }

        if (way > 0.9)
        {
            world.Counts.Add(Fault.Rollback, Place.Commit);
            await transaction.RollbackAsync();
        }
        else
        {
            await transaction.CommitAsync();
        }
    }

    private WebhookEvent NewCall()
    {
        var number = (++_number).ToString(CultureInfo.InvariantCulture);
        var call = $"call-{number}";
        var holds = Holds();
        foreach (var hold in holds)
        {
            new Artifact(world, call, hold).Plan();
        }

        return WebhookEvent.FromJson("call.ended", $$"""{"n":{{number}},"call":"{{call}}","said":"“Hi”","cost":2.50,"recordingAvailable":false}""") with
        {
            Subject = call,
            Tenant = _chance.Is(0.5) ? "t1" : null,
            Scopes = [WebhookScope.Number(string.Create(CultureInfo.InvariantCulture, $"+1{_chance.Between(0, 3)}"))],
            OrderingKey = _chance.Is(0.4) ? string.Create(CultureInfo.InvariantCulture, $"agent-{_chance.Between(1, 6)}") : null,
            IdempotencyKey = _chance.Is(0.5) ? call : null,
            Headers = new Dictionary<string, string> { [RequestRules.EventNumber] = number },
            Holds = holds,
        };
    }

    private TimeSpan Longest => world.Settings.Length > TimeSpan.FromDays(1) ? WebhookHold.MaxDeadline / 2 : world.Settings.Length / 4;

    private WebhookHold[] Holds()
    {
        if (!_chance.Is(0.25))
        {
            return [];
        }

        var deadline = _chance.Is(0.9) ? _chance.Between(TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(5)) : _chance.Between(TimeSpan.FromMinutes(5), Longest);
        var recording = new WebhookHold("recording", TimeSpan.FromSeconds(Math.Round(deadline.TotalSeconds)));
        return _chance.Is(0.7) ? [recording] : [recording, new WebhookHold("transcript", recording.Deadline + TimeSpan.FromSeconds(_chance.Between(0, 60)))];
    }
}
