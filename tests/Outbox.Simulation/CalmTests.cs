using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.Deliveries;
using Outbox.Simulation.Checks;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Mistakes;
using Outbox.Simulation.Run;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Simulation;

/// <summary>A host whose store is away for ten minutes, with every loop that it can have: what it says, how often it looks, and how soon it is back.</summary>
public sealed class CalmTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Away = 10 * Minute;

    private readonly ServiceProvider _metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly Lines _lines = new();
    private readonly World _world;

    public CalmTests()
    {
        var factory = _metrics.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.Start();
        _world = new World(seed: 1, Mistake.None, keepLines: 0)
        {
            AlsoRegister = services => services
                .AddSingleton<ILoggerFactory>(_lines)
                .AddSingleton(factory)
                .AddSingleton<IArtifactProbe, NothingYet>()
                .PostConfigure<WebhookOutboxOptions>(options => options.SweepInterval = options.Retention.Interval = Minute),
        };
        _lines.Now = () => _world.Now;
        _world.Faults.Plan.IsOver = true;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
        _lines.Dispose();
    }

    [Fact]
    public void Ten_minutes_without_the_store_are_a_line_a_minute_from_each_loop_and_a_look_each_few_seconds_and_burn_no_attempt()
    {
        var leaves = 2 * Minute + TimeSpan.FromMilliseconds(300);
        var returns = leaves + Away;
        var deliveries = _world.Database.Inner.Tables.Deliveries;
        _world.Hosts[0].Start();
        _world.At(TimeSpan.FromSeconds(10), Register);
        _world.At(2 * Minute, () => Owe(40));
        _world.At(leaves, () => _world.Faults.TakeStoreAway(Away));

        LiveUntil(leaves);
        var owed = deliveries.Count;
        Assert.Contains(deliveries, delivery => delivery.Status == DeliveryStatus.Delivering);
        _lines.Clear();
        LiveUntil(returns);

        Assert.Equal(
            ["claim", "count the backlog", "keep the queue in order", "look for held events", "prune", "settle", "store activity"],
            _lines.Kinds.Select(kind => kind.Key).Order(StringComparer.Ordinal));
        Assert.All(_lines.Kinds, kind => Assert.All(kind.Zip(kind.Skip(1)), pair => Assert.True(pair.Second - pair.First >= Minute, $"{kind.Key} at {pair.First} and {pair.Second}")));
        Assert.All(_lines.Kinds, kind => Assert.InRange(kind.Count(), 9, 10));
        foreach (var (place, loops) in new[] { (Place.Claim, 1), (Place.Settle, 1), (Place.Park, 1), (Place.Prune, 1), (Place.Operator, 3) })
        {
            Assert.InRange(_world.Counts[Fault.StoreAway, place], 60 * loops, 180 * loops);
        }

        LiveUntil(returns + TimeSpan.FromSeconds(15));

        Assert.All(deliveries, delivery => Assert.Equal((DeliveryStatus.Delivered, 1), (delivery.Status, delivery.Attempts.Count)));
        Assert.Equal((owed, owed), (deliveries.Count, (int)_world.Ledger.Attempts));
    }

    [Fact]
    public void A_host_that_starts_while_the_store_is_away_says_so_once_a_minute_and_dispatches_within_seconds_of_its_return()
    {
        _world.Faults.TakeStoreAway(Away);
        _world.Hosts[0].Start();

        LiveUntil(Away);

        var opening = Assert.Single(_lines.Kinds, kind => kind.Key == "open");
        Assert.All(opening.Zip(opening.Skip(1)), pair => Assert.True(pair.Second - pair.First >= Minute, $"{pair.First} and {pair.Second}"));
        Assert.InRange(opening.Count(), 9, 10);

        LiveUntil(Away + TimeSpan.FromSeconds(7));
        Assert.Contains(_lines.Kinds, kind => kind.Key == "1");
    }

    private void Register()
    {
        foreach (var receiver in _world.Receivers)
        {
            _world.Hosts[0].Do(async () => receiver.EndpointId = (await _world.Hosts[0].Outbox.Endpoints.PutAsync(receiver.Wish(receiver.NewSecret()))).Endpoint.Id);
        }
    }

    private void Owe(int events) => _world.Hosts[0].Do(async () =>
    {
        for (var n = 0; n < events; n++)
        {
            await _world.Hosts[0].Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { n })
            {
                Scopes = [WebhookScope.Number($"+1{n % 4}")],
                Headers = new Dictionary<string, string> { [RequestRules.EventNumber] = $"{n}" },
            });
        }
    });

    private void LiveUntil(TimeSpan time)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var isOver = false;
            _world.At(time, () => isOver = true);
            while (!isOver && _world.Scheduler.Step())
            {
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        Assert.Null(_world.Verdict.Violation ?? _world.Scheduler.Broken);
    }

    private sealed class NothingYet : IArtifactProbe
    {
        public ValueTask<WebhookArtifact?> ProbeAsync(HeldArtifact held, CancellationToken cancellationToken) => new((WebhookArtifact?)null);
    }

    /// <summary>When each kind of line was said: by the operation that failed, or by the line's id.</summary>
    private sealed class Lines : ILoggerFactory, ILogger
    {
        private readonly List<(string Kind, TimeSpan At)> _all = [];

        public Func<TimeSpan> Now { get; set; } = () => TimeSpan.Zero;

        public IEnumerable<IGrouping<string, TimeSpan>> Kinds => _all.GroupBy(line => line.Kind, line => line.At);

        public void Clear() => _all.Clear();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var operation = ((IReadOnlyList<KeyValuePair<string, object?>>)state!).FirstOrDefault(value => value.Key == "Operation").Value;
            _all.Add(((string?)operation ?? eventId.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), Now()));
        }

        public void Dispose()
        {
        }
    }
}
