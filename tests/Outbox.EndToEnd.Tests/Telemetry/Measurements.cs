using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Outbox.EndToEnd.Tests.Telemetry;

/// <summary>What one host's meter told. Meters of other hosts in this process are not listened to.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measured> _all = new();

    public Measurements(object meterFactory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == WebhookTelemetry.MeterName && ReferenceEquals(instrument.Meter.Scope, meterFactory))
            {
                Instruments.Enqueue(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public ConcurrentQueue<Instrument> Instruments { get; } = new();

    public IReadOnlyList<Measured> All => [.. _all];

    public IReadOnlyList<Measured> Of(string instrument) => [.. _all.Where(measured => measured.Instrument == instrument)];

    /// <summary>Reads the gauges as they stand now.</summary>
    public IReadOnlyList<Measured> Observe(string gauge)
    {
        var before = _all.Count;
        _listener.RecordObservableInstruments();
        return [.. _all.Skip(before).Where(measured => measured.Instrument == gauge)];
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue(new Measured(instrument.Name, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal)));
}

internal sealed record Measured(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags);
