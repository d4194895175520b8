using Outbox.Simulation.Engine;

namespace Outbox.Simulation.Run;

/// <summary>How large and how long a run is, and how its hosts are set.</summary>
internal sealed class Settings
{
    public Settings(Chance chance)
    {
        // Standing by is a look each two seconds: two hosts for some hours show all of it.
        OneDispatcher = chance.Is(0.2);
        Hosts = OneDispatcher ? 2 : chance.Between(1, 5);
        Endpoints = chance.Between(3, 8);
        Events = 200 + (int)(800 * Math.Pow(chance.NextDouble(), 3));
        var kind = chance.NextDouble() * (OneDispatcher ? 0.45 : 1);
        (Length, Lease, Sweep) = kind switch
        {
            < 0.45 => (chance.Between(TimeSpan.FromMinutes(40), TimeSpan.FromHours(2)), TimeSpan.FromSeconds(chance.Between(40, 90)), TimeSpan.FromMinutes(1)),
            < 0.85 => (chance.Between(TimeSpan.FromHours(2), TimeSpan.FromHours(8)), TimeSpan.FromSeconds(chance.Between(120, 400)), TimeSpan.FromMinutes(chance.Between(2, 5))),
            _ => (chance.Between(TimeSpan.FromDays(1), TimeSpan.FromDays(3)), TimeSpan.FromSeconds(chance.Between(600, 1800)), TimeSpan.FromMinutes(chance.Between(5, 10))),
        };
        PerEndpoint = chance.Between(2, 10);
        KeepDelivered = chance.Between(TimeSpan.FromMinutes(10), TimeSpan.FromHours(12));
        KeepExhausted = KeepDelivered * 2;
        FailuresToBlock = chance.Is(0.8) ? chance.Between(3, 12) : null;
        DisableAfter = chance.Is(0.5) ? chance.Between(TimeSpan.FromHours(1), TimeSpan.FromHours(30)) : null;
        DrainPerSecond = chance.Between(1, 50);
        DeletedAtMost = Endpoints / 3;
    }

    public int Hosts { get; }

    public int Endpoints { get; }

    public int Events { get; }

    /// <summary>How long things happen. Afterwards nothing goes wrong any more, and all that is owed must arrive.</summary>
    public TimeSpan Length { get; }

    public TimeSpan Lease { get; }

    public TimeSpan Sweep { get; }

    /// <summary>Whether the store lets one process dispatch while the others stand by.</summary>
    public bool OneDispatcher { get; }

    public int PerEndpoint { get; }

    public TimeSpan KeepDelivered { get; }

    public TimeSpan KeepExhausted { get; }

    public int? FailuresToBlock { get; }

    public TimeSpan? DisableAfter { get; }

    public int DrainPerSecond { get; }

    public int DeletedAtMost { get; }

    public void Apply(WebhookOutboxOptions options)
    {
        options.LeaseDuration = Lease;
        options.SweepInterval = Sweep;
        options.MaxInFlightPerEndpoint = PerEndpoint;
        options.MaxInFlight = PerEndpoint * (Endpoints + 1);
        options.DrainPerSecond = DrainPerSecond;
        options.Breaker.FailuresToBlock = FailuresToBlock;
        options.Breaker.DisableAfter = DisableAfter;
        options.Retention.KeepDelivered = KeepDelivered;
        options.Retention.KeepExhausted = KeepExhausted;
        options.Retention.Interval = Sweep * 3;
        options.SecretOverlap = TimeSpan.FromHours(1);
    }
}
