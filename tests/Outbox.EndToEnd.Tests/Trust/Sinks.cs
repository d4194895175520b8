using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.ExceptionServices;

namespace Outbox.EndToEnd.Tests.Trust;

/// <summary>Everything that a process tells its operators: logs, spans, metrics, diagnostic events and exceptions, of every source there is.</summary>
internal sealed class Sinks : IDisposable
{
    private readonly ConcurrentQueue<(string Sink, string Text)> _heard = new();
    private readonly List<IDisposable> _subscriptions = [];
    private readonly Type _hostsOwnException;
    private readonly ActivityListener _spans;
    private readonly MeterListener _metrics;

    private Sinks(Type hostsOwnException)
    {
        _hostsOwnException = hostsOwnException;
        _spans = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Hear,
        };
        ActivitySource.AddActivityListener(_spans);
        _metrics = new MeterListener { InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument) };
        _metrics.SetMeasurementEventCallback<byte>(Hear);
        _metrics.SetMeasurementEventCallback<short>(Hear);
        _metrics.SetMeasurementEventCallback<int>(Hear);
        _metrics.SetMeasurementEventCallback<long>(Hear);
        _metrics.SetMeasurementEventCallback<float>(Hear);
        _metrics.SetMeasurementEventCallback<double>(Hear);
        _metrics.SetMeasurementEventCallback<decimal>(Hear);
        _metrics.Start();
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(new Each<DiagnosticListener>(Listen)));
        AppDomain.CurrentDomain.FirstChanceException += Hear;
    }

    /// <param name="hostsOwnException">What the test itself throws as a host's handler would: its words are the host's business until the outbox repeats them.</param>
    public static Sinks Open(Type hostsOwnException) => new(hostsOwnException);

    public RecordedLog Log { get; } = new();

    public IReadOnlyDictionary<string, int> Counts
    {
        get
        {
            _metrics.RecordObservableInstruments();
            return All.CountBy(heard => heard.Sink, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        }
    }

    private IEnumerable<(string Sink, string Text)> All => _heard.Concat(Log.Lines.Select(line => ("log", $"{line.Category} {line.Text}")));

    public IEnumerable<string> Find(Canary canary) => All.Where(heard => canary.IsIn(heard.Text)).Select(heard => $"{heard.Sink}: {heard.Text}");

    public void Dispose()
    {
        AppDomain.CurrentDomain.FirstChanceException -= Hear;
        _spans.Dispose();
        _metrics.Dispose();
        _subscriptions.ForEach(subscription => subscription.Dispose());
    }

    private void Hear(Activity span)
    {
        var events = span.Events.Select(e => $"{e.Name} {Join(e.Tags)}");
        var links = span.Links.Select(link => $"{link.Context.TraceState} {Join(link.Tags ?? [])}");
        Hear("span", $"{span.Source.Name} {span.OperationName} {span.DisplayName} {span.StatusDescription} {span.TraceStateString} {Join(span.TagObjects)} {Join(span.Baggage)} {string.Join(' ', events)} {string.Join(' ', links)}");
    }

    private void Hear<T>(Instrument instrument, T measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        Hear("metric", $"{instrument.Meter.Name} {instrument.Name} {instrument.Description} {measurement} {Join(tags.ToArray())}");

    private void Hear(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        for (var exception = thrown.Exception; exception is not null; exception = exception.InnerException)
        {
            if (exception.GetType() != _hostsOwnException)
            {
                Hear("exception", $"{exception.GetType()} {exception.Message}");
            }
        }
    }

    private void Listen(DiagnosticListener listener) => _subscriptions.Add(listener.Subscribe(new Each<KeyValuePair<string, object?>>(
        told => Hear("diagnostic", $"{listener.Name} {told.Key} {told.Value} {string.Join(' ', told.Value?.GetType().GetProperties().Select(property => property.GetValue(told.Value)) ?? [])}"))));

    private void Hear(string sink, string text) => _heard.Enqueue((sink, text));

    private static string Join<T>(IEnumerable<KeyValuePair<string, T>> tags) => string.Join(' ', tags.Select(tag => $"{tag.Key}={tag.Value}"));

    private sealed class Each<T>(Action<T> hear) : IObserver<T>
    {
        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void OnNext(T value) => hear(value);
    }
}
