using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Outbox.Deliveries;
using Outbox.EndToEnd.Tests;
using Polly;

namespace Outbox.Http.Resilience.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Pollys_metrics_say_that_it_is_a_webhook_of_which_profile_and_endpoint_and_hold_no_URL()
    {
        var seen = new ConcurrentQueue<Dictionary<string, object?>>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument is { Meter.Name: "Polly", Name: "resilience.polly.pipeline.duration" })
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => seen.Enqueue(new(tags.ToArray(), StringComparer.Ordinal)));
        listener.Start();
        await using var receiver = await Receiver.StartAsync();
        await using var platform = await Platform.StartAsync(
            build: outbox => outbox.UseHttpResilience(attempt => attempt.AddConcurrencyLimiter(permitLimit: 4), perEndpoint: true));
        var endpoint = (await platform.ListenAsync(receiver.Url("/secret-path"))).Endpoint;

        await platform.UntilAsync((await platform.EndCallAsync("call_1")).DeliveryIds.Single(), DeliveryStatus.Delivered);

        var measured = Assert.Single(seen, tags => Equals(tags["pipeline.instance"], endpoint.Id));
        Assert.Equal(("webhooks", "quick"), (measured["request.dependency.name"], measured["request.name"]));
        Assert.DoesNotContain(measured.Values, value => $"{value}".Contains("secret-path", StringComparison.Ordinal));
    }
}
