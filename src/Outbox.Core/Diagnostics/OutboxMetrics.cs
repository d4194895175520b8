using System.Diagnostics;
using System.Diagnostics.Metrics;
using Outbox.Deliveries;
using Outbox.Sending;
using Outbox.Storage;

namespace Outbox.Diagnostics;

/// <summary>The instruments of the meter <see cref="WebhookTelemetry.MeterName"/>, and one verb for each thing that is measured. Units are UCUM.</summary>
internal sealed class OutboxMetrics
{
    private static readonly InstrumentAdvice<double> Moments = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    };

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60],
    };

    private static readonly InstrumentAdvice<double> Hours = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21600, 86400],
    };

    private static readonly InstrumentAdvice<int> Batches = new() { HistogramBucketBoundaries = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512] };

    private readonly Counter<long> _enqueued;
    private readonly Histogram<double> _attempts;
    private readonly Histogram<double> _latency;
    private readonly Histogram<double> _held;
    private readonly Counter<long> _exhausted;
    private readonly Histogram<int> _claims;
    private readonly Histogram<int> _settlements;
    private readonly Histogram<double> _operations;
    private readonly ObservableGauge<long> _backlog;
    private readonly ObservableGauge<double> _oldestDue;
    private readonly ObservableGauge<long> _disabled;
    private volatile WebhookBacklog? _last;

    public OutboxMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WebhookTelemetry.MeterName);
        _enqueued = meter.CreateCounter<long>("outbox.events.enqueued", "{event}", "Events that were stored, in transactions that may still have been rolled back.");
        _attempts = meter.CreateHistogram("outbox.attempt.duration", "s", "One HTTP request for a delivery, until its answer was read or given up.", null, Seconds);
        _latency = meter.CreateHistogram("outbox.delivery.latency", "s", "From the enqueue of the event until the receiver accepted it.", null, Hours);
        _held = meter.CreateHistogram("outbox.delivery.held", "s", "How long events waited for their artifacts.", null, Hours);
        _exhausted = meter.CreateCounter<long>("outbox.deliveries.exhausted", "{delivery}", "Deliveries whose last try failed.");
        _claims = meter.CreateHistogram("outbox.claim.size", "{delivery}", "Deliveries that one claim leased.", null, Batches);
        _settlements = meter.CreateHistogram("outbox.settle.size", "{delivery}", "Deliveries that were settled in one batch.", null, Batches);
        _operations = meter.CreateHistogram("outbox.store.operation.duration", "s", "One operation on the store.", null, Moments);
        _backlog = meter.CreateObservableGauge("outbox.backlog", ObserveBacklog, "{delivery}", "Deliveries by the state that needs somebody or something: open ones and exhausted ones.");
        _oldestDue = meter.CreateObservableGauge("outbox.backlog.oldest_due", ObserveOldestDue, "s", "How long the oldest delivery that could be sent has been due.");
        _disabled = meter.CreateObservableGauge("outbox.endpoints.disabled", ObserveDisabled, "{endpoint}", "Endpoints that are disabled.");
    }

    /// <summary>Whether anybody would see the backlog, which costs the store a count.</summary>
    public bool BacklogIsWatched => _backlog.Enabled || _oldestDue.Enabled || _disabled.Enabled;

    /// <summary>What the gauges tell until the next count; null: nothing is known here, and nothing is told.</summary>
    public void Backlog(WebhookBacklog? backlog) => _last = backlog;

    public void Enqueued(string eventType) => _enqueued.Add(1, new KeyValuePair<string, object?>(Tags.EventType, eventType));

    public void Attempted(ClaimedDelivery delivery, WebhookResponse response, DeliveryTransition transition)
    {
        if (!_attempts.Enabled)
        {
            return;
        }

        var tags = new TagList { { Tags.Profile, delivery.Profile }, { Tags.Status, NameOf(transition.Status) } };
        if (response.StatusCode is { } statusCode)
        {
            tags.Add(Tags.StatusCode, statusCode);
        }
        else
        {
            tags.Add(Tags.Error, response.ErrorCode);
        }

        _attempts.Record(response.Duration.TotalSeconds, tags);
    }

    public void Delivered(ClaimedDelivery delivery, TimeSpan sinceTheClaim) =>
        _latency.Record(
            Math.Max(0, (delivery.Age + sinceTheClaim).TotalSeconds),
            new(Tags.Profile, delivery.Profile),
            new(Tags.Held, delivery.HeldFor is not null));

    public void Exhausted(ClaimedDelivery delivery) => _exhausted.Add(1, new KeyValuePair<string, object?>(Tags.Profile, delivery.Profile));

    public void Claimed(IReadOnlyList<ClaimedDelivery> deliveries)
    {
        _claims.Record(deliveries.Count);
        foreach (var delivery in deliveries)
        {
            if (delivery.HeldFor is { } held)
            {
                _held.Record(held.TotalSeconds, new KeyValuePair<string, object?>(Tags.Profile, delivery.Profile));
            }
        }
    }

    public void Settled(int count) => _settlements.Record(count);

    public void Operated(string operation, TimeSpan duration, string? error)
    {
        var tags = new TagList { { Tags.Operation, operation } };
        if (error is not null)
        {
            tags.Add(Tags.Error, error);
        }

        _operations.Record(duration.TotalSeconds, tags);
    }

    public static string NameOf(DeliveryStatus status) => status switch
    {
        DeliveryStatus.Waiting => "waiting",
        DeliveryStatus.Delivering => "delivering",
        DeliveryStatus.Delivered => "delivered",
        DeliveryStatus.Exhausted => "exhausted",
        DeliveryStatus.Parked => "parked",
        _ => "cancelled",
    };

    private IEnumerable<Measurement<long>> ObserveBacklog() => _last is not { } last ? [] :
    [
        new(last.Waiting, StatusTag(DeliveryStatus.Waiting)),
        new(last.Delivering, StatusTag(DeliveryStatus.Delivering)),
        new(last.Parked, StatusTag(DeliveryStatus.Parked)),
        new(last.Exhausted, StatusTag(DeliveryStatus.Exhausted)),
    ];

    private IEnumerable<Measurement<double>> ObserveOldestDue() => _last is not { } last ? [] : [new(last.OldestDue?.TotalSeconds ?? 0)];

    private IEnumerable<Measurement<long>> ObserveDisabled() => _last is not { } last ? [] : [new(last.DisabledEndpoints)];

    private static KeyValuePair<string, object?> StatusTag(DeliveryStatus status) => new(Tags.Status, NameOf(status));
}
