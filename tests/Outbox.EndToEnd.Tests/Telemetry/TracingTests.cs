using System.Diagnostics;
using Outbox.Deliveries;

namespace Outbox.EndToEnd.Tests.Telemetry;

public sealed class TracingTests : IAsyncLifetime, IDisposable
{
    private readonly Spans _spans = new();
    private Receiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await Receiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    public void Dispose() => _spans.Dispose();

    [Fact]
    public async Task The_enqueue_is_a_producers_span_in_the_callers_trace()
    {
        await using var platform = await Platform.StartAsync();
        await platform.ListenAsync(_receiver.Url("/hook"));
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        var enqueued = await platform.EndCallAsync("call_1");

        var create = _spans.CreateOf(enqueued);
        Assert.Equal((ActivityKind.Producer, request.TraceId, request.SpanId), (create.Kind, create.TraceId, create.ParentSpanId));
        Assert.Equal(("call.ended", 1), (create.GetTagItem("outbox.event.type"), create.GetTagItem("outbox.event.deliveries")));
    }

    [Fact]
    public async Task Each_attempt_is_a_clients_span_in_a_trace_of_its_own_that_is_linked_to_the_enqueue()
    {
        await using var platform = await Platform.StartAsync();
        await platform.ListenAsync(_receiver.Url("/hook"));
        _receiver.Answer("/hook", 500, 200);

        var enqueued = await platform.EndCallAsync("call_1");
        await platform.UntilAsync(enqueued.DeliveryIds.Single(), DeliveryStatus.Delivered);

        var create = _spans.CreateOf(enqueued);
        var attempts = _spans.DeliverOf(enqueued);
        Assert.Equal(2, attempts.Count);
        Assert.All(attempts, attempt =>
        {
            Assert.Equal((ActivityKind.Client, default), (attempt.Kind, attempt.ParentSpanId));
            Assert.NotEqual(create.TraceId, attempt.TraceId);
            var link = Assert.Single(attempt.Links);
            Assert.Equal((create.TraceId, create.SpanId), (link.Context.TraceId, link.Context.SpanId));
        });
        Assert.Equal(
            [(500, "waiting", ActivityStatusCode.Error), (200, "delivered", ActivityStatusCode.Unset)],
            attempts.Select(attempt => ((int)attempt.GetTagItem("http.response.status_code")!, (string)attempt.GetTagItem("outbox.delivery.status")!, attempt.Status)));
    }

    [Fact]
    public async Task The_link_outlives_the_process_that_enqueued()
    {
        await using var first = await Platform.StartAsync(configure: options => options.Dispatch = false);
        await first.ListenAsync(_receiver.Url("/hook"));
        var enqueued = await first.EndCallAsync("call_1");
        var create = _spans.CreateOf(enqueued);
        await first.StopAsync();

        await using var second = await Platform.StartAsync(onTheFileOf: first);
        await second.UntilAsync(enqueued.DeliveryIds.Single(), DeliveryStatus.Delivered);

        Assert.Equal(create.Context.SpanId, Assert.Single(_spans.DeliverOf(enqueued)).Links.Single().Context.SpanId);
    }

    [Fact]
    public async Task An_event_refused_at_the_door_is_a_span_with_an_error_and_stores_nothing()
    {
        await using var platform = await Platform.StartAsync();
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WebhookTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.TraceId == request.TraceId)
                {
                    ended.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        await Assert.ThrowsAsync<WebhookValidationException>(() =>
            platform.Outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson("call.ended", "[]")));

        Assert.Equal(ActivityStatusCode.Error, Assert.Single(ended).Status);
    }

    [Fact]
    public async Task No_tag_holds_a_path_a_secret_or_a_payload()
    {
        await using var platform = await Platform.StartAsync();
        await platform.ListenAsync(_receiver.Url("/secret-path?secret-query=1"));
        _receiver.Answer("/secret-path", 500, 500, 500);

        var enqueued = await platform.EndCallAsync("call_of_a_customer");
        await platform.UntilAsync(enqueued.DeliveryIds.Single(), DeliveryStatus.Exhausted);

        var told = string.Join('\n', _spans.Of(enqueued).SelectMany(span =>
            span.TagObjects.Select(tag => $"{tag.Value}").Append(span.DisplayName).Append(span.StatusDescription)));
        Assert.Contains("ep_", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
        Assert.DoesNotContain(Platform.Secret, told, StringComparison.Ordinal);
        Assert.DoesNotContain("call_of_a_customer", told, StringComparison.Ordinal);
    }
}
