using System.Collections.Concurrent;
using System.Diagnostics;

namespace Outbox.EndToEnd.Tests.Telemetry;

/// <summary>The spans of the outbox that ended while this listened. Other tests' spans are among them: ask for those of one event.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ActivityListener _listener;
    private readonly ConcurrentQueue<Activity> _ended = new();

    public Spans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WebhookTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> Of(EnqueueResult enqueued) => [.. _ended.Where(span => Equals(span.GetTagItem("outbox.event.id"), enqueued.EventId))];

    public Activity CreateOf(EnqueueResult enqueued) => Of(enqueued).Single(span => span.OperationName == "create");

    public IReadOnlyList<Activity> DeliverOf(EnqueueResult enqueued) => [.. Of(enqueued).Where(span => span.OperationName == "deliver")];

    public void Dispose() => _listener.Dispose();
}
