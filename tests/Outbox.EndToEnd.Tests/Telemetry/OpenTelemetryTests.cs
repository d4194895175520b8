using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Outbox.Deliveries;

namespace Outbox.EndToEnd.Tests.Telemetry;

public sealed class OpenTelemetryTests
{
    [Fact]
    public async Task The_SDK_exports_the_spans_and_the_metrics()
    {
        var spans = new List<Activity>();
        var metrics = new List<Metric>();
        await using var receiver = await Receiver.StartAsync();
        await using var platform = await Platform.StartAsync(build: outbox => outbox.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(WebhookTelemetry.ActivitySourceName).AddInMemoryExporter(spans))
            .WithMetrics(meters => meters.AddMeter(WebhookTelemetry.MeterName).AddInMemoryExporter(metrics)));
        await platform.ListenAsync(receiver.Url("/hook"));

        var enqueued = await platform.EndCallAsync("call_1");
        await platform.UntilAsync(enqueued.DeliveryIds.Single(), DeliveryStatus.Delivered);
        platform.Services.GetRequiredService<TracerProvider>().ForceFlush();
        platform.Services.GetRequiredService<MeterProvider>().ForceFlush();

        Activity[] exported;
        lock (spans)
        {
            exported = [.. spans.Where(span => Equals(span.GetTagItem("outbox.event.id"), enqueued.EventId))];
        }

        Assert.Equal(["create", "deliver"], exported.Select(span => span.DisplayName).Order(StringComparer.Ordinal));
        var names = metrics.Select(metric => metric.Name).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(
            new HashSet<string>(
                [
                    "outbox.events.enqueued", "outbox.attempt.duration", "outbox.delivery.latency", "outbox.claim.size", "outbox.settle.size",
                    "outbox.store.operation.duration", "outbox.backlog", "outbox.backlog.oldest_due", "outbox.endpoints.disabled",
                ],
                StringComparer.Ordinal),
            names);
    }
}
