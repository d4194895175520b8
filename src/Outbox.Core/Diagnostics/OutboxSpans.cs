using System.Diagnostics;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Diagnostics;

/// <summary>
/// The spans of the source <see cref="WebhookTelemetry.ActivitySourceName"/>: <c>create</c> where an event is enqueued, within the caller's
/// trace, and <c>deliver</c> for each attempt, in a trace of its own that is linked to the enqueue however long ago that was.
/// </summary>
internal static class OutboxSpans
{
    public const string Create = "create";
    public const string Deliver = "deliver";

    private static readonly ActivitySource Source = new(WebhookTelemetry.ActivitySourceName, typeof(OutboxSpans).Assembly.GetName().Version?.ToString(3));

    public static Activity? StartCreate() => Source.StartActivity(ActivityKind.Producer, name: Create);

    public static void Created(this Activity? span, NewEvent newEvent, EnqueueResult result) => span?
        .SetTag(Tags.EventType, newEvent.Type)
        .SetTag(Tags.EventId, result.EventId)
        .SetTag(Tags.Deliveries, result.DeliveryIds.Count)
        .SetTag(Tags.Duplicate, result.IsDuplicate);

    // An exception's message can quote what the caller passed; its type cannot.
    public static void Failed(this Activity? span, Exception exception) => span?
        .SetTag(Tags.Error, exception.GetType().FullName)
        .SetStatus(ActivityStatusCode.Error);

    public static Activity? StartDeliver(ClaimedDelivery delivery)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        // What happens to be current here belongs to whoever woke the dispatcher, not to this event.
        Activity.Current = null;
        var span = Source.StartActivity(ActivityKind.Client, links: LinksOf(delivery.TraceParent), name: Deliver);
        return span?
            .SetTag(Tags.EventId, delivery.EventId)
            .SetTag(Tags.EventType, delivery.EventType)
            .SetTag(Tags.DeliveryId, delivery.Id)
            .SetTag(Tags.EndpointId, delivery.Endpoint.Id)
            .SetTag(Tags.Profile, delivery.Profile)
            .SetTag(Tags.FailedTries, delivery.FailedTries)
            .SetTag(Tags.Method, "POST")
            .SetTag(Tags.Host, Uri.TryCreate(delivery.Endpoint.Url, UriKind.Absolute, out var url) ? url.Host : null);
    }

    public static void Delivered(this Activity? span, DeliveryOutcome outcome, DeliveryTransition transition)
    {
        if (span is null)
        {
            return;
        }

        span.SetTag(Tags.Status, OutboxMetrics.NameOf(transition.Status));
        if (outcome is DeliveryOutcome.NotAttempted notAttempted)
        {
            span.SetTag(Tags.Error, "not_attempted").SetStatus(ActivityStatusCode.Error, notAttempted.Reason);
            return;
        }

        var response = ((DeliveryOutcome.Attempted)outcome).Response;
        span.SetTag(Tags.StatusCode, response.StatusCode);
        if (transition.Status != DeliveryStatus.Delivered)
        {
            span.SetTag(Tags.Error, response.ErrorCode ?? response.StatusCode?.ToString(System.Globalization.CultureInfo.InvariantCulture));
            span.SetStatus(ActivityStatusCode.Error, response.Detail);
        }
    }

    private static ActivityLink[] LinksOf(string? traceParent) =>
        ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var context) ? [new ActivityLink(context)] : [];
}
