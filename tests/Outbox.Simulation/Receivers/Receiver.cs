using System.Globalization;
using Outbox.Profiles;
using Outbox.Signing;
using Outbox.Simulation.Engine;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Run;

namespace Outbox.Simulation.Receivers;

/// <summary>A customer's server, and the endpoint that the platform registered for it.</summary>
internal sealed class Receiver
{
    private static readonly int[] OddStatuses = [301, 302, 400, 401, 404, 408, 422, 502, 503, 504];

    private readonly World _world;
    private readonly Chance _chance;

    public Receiver(int number, World world)
    {
        _world = world;
        _chance = world.Chances.Receivers.Fork();
        Number = number;
        Profile = number == 0 ? SimulatedProfiles.Quick : _chance.Pick(SimulatedProfiles.For(world.Settings.Length));
        Scope = number == 0 ? WebhookScope.Notices
            : _chance.Is(0.3) ? WebhookScope.All
            : WebhookScope.Number(string.Create(CultureInfo.InvariantCulture, $"+1{number % 4}"));
    }

    public int Number { get; }

    public WebhookProfile Profile { get; }

    public WebhookScope Scope { get; }

    /// <summary>The endpoint's id, once it is registered.</summary>
    public string? EndpointId { get; set; }

    public bool IsDeleted { get; set; }

    public Mood Mood { get; set; }

    public int Version { get; private set; } = 1;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"https://r{Number}.example.com/v{Version}");

    public WebhookEndpoint Wish(string? secret) => new()
    {
        Id = EndpointId,
        Scope = Scope,
        Url = Url,
        Profile = Profile.Name,
        Secret = secret,
        MaxPerSecond = Number % 5 == 4 ? 20 : null,
        MaxInFlight = Number % 5 == 3 ? 2 : null,
    };

    public void Move() => Version++;

    public string NewSecret()
    {
        Span<byte> bytes = stackalloc byte[SigningSecret.GeneratedSize];
        _chance.Fill(bytes);
        return Profile.GenerateSecret(bytes);
    }

    /// <summary>What comes back for a request, drawn when it arrives.</summary>
    public Answer Answer(TimeSpan timeout)
    {
        var mood = Mood != Mood.Well ? Mood : _chance.Is(0.97) ? Mood.Well : _chance.Pick(Moods.Bad);
        if (mood != Mood.Well && !_world.Faults.Plan.Has(Moods.FaultOf(mood)))
        {
            mood = Mood.Well;
        }

        if (mood != Mood.Well)
        {
            _world.Counts.Add(Moods.FaultOf(mood), Place.Answer);
        }

        var latency = _chance.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(200));
        return mood switch
        {
            Mood.AnswersLate => new(200, timeout * (0.5 + _chance.NextDouble())),
            Mood.Hangs => new(200, TimeSpan.FromHours(1)),
            Mood.ResetBeforeReading => new(null, TimeSpan.FromMilliseconds(1)),
            Mood.ResetAfterReading => new(null, latency),
            Mood.SlowBody => new(_chance.Is(0.8) ? 200 : 500, latency) { BodyDrips = true },
            Mood.OddStatus => new(_chance.Pick(OddStatuses), latency),
            Mood.TooManyRequests => new(_chance.Is(0.8) ? 429 : 503, latency) { RetryAfter = RetryAfter() },
            Mood.Gone => new(_chance.Is(0.5) ? 410 : 200, latency),
            Mood.ServerErrors => new(_chance.Is(0.9) ? 500 : 200, latency),
            _ => new(_chance.Is(0.9) || Profile.Success == StatusRange.OnlyOk ? 200 : 204, latency),
        };
    }

    private TimeSpan RetryAfter()
    {
        var longest = _world.Settings.Length > TimeSpan.FromDays(1) ? TimeSpan.FromDays(3) : _world.Settings.Length / 3;
        return TimeSpan.FromSeconds(_chance.Between(1, _chance.Is(0.9) ? 900 : (int)longest.TotalSeconds));
    }
}

/// <summary>What a receiver does with a request. No status: the connection breaks.</summary>
internal sealed record Answer(int? Status, TimeSpan Latency)
{
    public TimeSpan? RetryAfter { get; init; }

    public bool BodyDrips { get; init; }
}
