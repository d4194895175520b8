using Outbox.Simulation.Engine;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Receivers;

namespace Outbox.Simulation.Run;

/// <summary>What goes wrong at a time of its own: the store is away, the disk is full, clocks are set, receivers fall ill.</summary>
internal sealed class Chaos(World world)
{
    private readonly Chance _chance = world.Chances.Chaos;

    public void Plan()
    {
        Sometimes(Fault.StoreAway, 2, () => world.Faults.TakeStoreAway(Lasting(TimeSpan.FromHours(3))));
        Sometimes(Fault.DiskFull, 2, () => world.Faults.FillDisk(Lasting(TimeSpan.FromMinutes(40))));
        Sometimes(Fault.ClockHour, 3, () => SetStoreClock(Fault.ClockHour, TimeSpan.FromHours(1)));
        Sometimes(Fault.ClockYear, 2, () => SetStoreClock(Fault.ClockYear, TimeSpan.FromDays(365)));
        Sometimes(Fault.HostClockHour, 4, () => SetHostClock(Fault.HostClockHour, TimeSpan.FromHours(1)));
        Sometimes(Fault.HostClockYear, 2, () => SetHostClock(Fault.HostClockYear, TimeSpan.FromDays(365)));
        foreach (var receiver in world.Receivers)
        {
            foreach (var mood in Moods.Bad)
            {
                Sometimes(Moods.FaultOf(mood), 2, () => FallIll(receiver, mood), 0.3);
            }
        }
    }

    /// <summary>A clock may be set while parked deliveries go out, which few clocks do by themselves.</summary>
    public void WhileDraining()
    {
        var fault = _chance.Is(0.5) ? Fault.ClockHour : Fault.ClockYear;
        if (world.Faults.Plan.Has(fault) && _chance.Is(0.3))
        {
            world.After(_chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(5)), () => SetStoreClock(fault, fault == Fault.ClockHour ? TimeSpan.FromHours(1) : TimeSpan.FromDays(365)));
        }
    }

    /// <summary>Everybody is well again.</summary>
    public void End()
    {
        world.Faults.EndAll();
        foreach (var receiver in world.Receivers)
        {
            receiver.Mood = Mood.Well;
        }
    }

    private void Sometimes(Fault fault, int most, Action happen, double share = 1)
    {
        var times = _chance.Is(share) ? _chance.Between(0, most) : 0;
        for (var i = 0; i < times; i++)
        {
            world.At(world.Settings.Length * _chance.NextDouble(), () =>
            {
                if (world.Faults.Plan.Has(fault))
                {
                    happen();
                }
            });
        }
    }

    private void FallIll(Receiver receiver, Mood mood)
    {
        receiver.Mood = mood;
        world.Trace.Add("world", $"r{receiver.Number}: {mood}");
        world.After(Lasting(TimeSpan.FromHours(6)), () => receiver.Mood = receiver.Mood == mood ? Mood.Well : receiver.Mood);
    }

    private void SetStoreClock(Fault fault, TimeSpan by)
    {
        by = _chance.Is(0.5) ? by : -by;
        world.Database.Jump(by);
        world.Faults.Happened(fault, Place.Anywhere, $"the store's clock is set by {by}");
    }

    private void SetHostClock(Fault fault, TimeSpan by)
    {
        by = _chance.Is(0.5) ? by : -by;
        var host = _chance.Pick(world.Hosts);
        host.Clock.Skew += by;
        world.Faults.Happened(fault, Place.Anywhere, $"{host.Name}'s clock is set by {by}");
    }

    // Mostly minutes, sometimes hours.
    private TimeSpan Lasting(TimeSpan longest) => longest * Math.Pow(_chance.NextDouble(), 5);
}
