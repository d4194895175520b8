using System.Globalization;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Views;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Reading;

/// <summary>A delivery's life in the order it happened, with what comes next.</summary>
internal static class Timeline
{
    public static IReadOnlyList<TimelineEntry> Of(DeliveryDetails delivery, EndpointInfo? endpoint, DateTimeOffset now)
    {
        List<TimelineEntry> entries = [new(delivery.EnqueuedAt, "enqueued", $"{delivery.EventType} happened at {TimeConverter.Text(delivery.OccurredAt)}")];
        entries.AddRange(delivery.Holds.SelectMany(hold => Held(delivery, hold, now)));
        entries.AddRange(delivery.AttemptLog.Select(Attempted));
        if (Last(delivery, endpoint, now) is { } last)
        {
            entries.Add(last);
        }

        // Stable: what happened at the same time stays in the order of life.
        return [.. entries.OrderBy(entry => entry.At)];
    }

    private static IEnumerable<TimelineEntry> Held(DeliveryDetails delivery, HoldInfo hold, DateTimeOffset now)
    {
        yield return new(delivery.EnqueuedAt, "held", $"waits for {hold.Artifact} until {TimeConverter.Text(hold.Deadline)}");
        if (hold.ReleasedAt is { } at)
        {
            yield return new(at, "released", $"{hold.Artifact} arrived");
        }
        else if (hold.Deadline <= now)
        {
            yield return new(hold.Deadline, "deadline", $"{hold.Artifact} had not arrived; it goes without");
        }
    }

    private static TimelineEntry Attempted(AttemptInfo attempt)
    {
        var answer = attempt.StatusCode?.ToString(CultureInfo.InvariantCulture) ?? attempt.Error ?? "no answer";
        return new(attempt.StartedAt, "attempt", string.Create(CultureInfo.InvariantCulture, $"{answer} after {attempt.Duration.TotalMilliseconds:0} ms"), attempt.Number);
    }

    private static TimelineEntry? Last(DeliveryDetails delivery, EndpointInfo? endpoint, DateTimeOffset now) => delivery.Status switch
    {
        DeliveryStatus.Waiting when delivery.DueAt > now => new(
            delivery.DueAt.Value, "scheduled", delivery.Attempts > 0 ? "next try" : delivery.HeldFor.Count > 0 ? "goes at the latest" : "first try"),
        DeliveryStatus.Parked => new(Latest(delivery, endpoint?.DisabledAt), "parked", "until its endpoint is enabled again"),
        DeliveryStatus.Delivered => new(delivery.ClosedAt!.Value, "delivered", null),
        DeliveryStatus.Exhausted => new(delivery.ClosedAt!.Value, "exhausted", "no tries are left"),
        DeliveryStatus.Cancelled => new(delivery.ClosedAt!.Value, "cancelled", delivery.LastError),
        _ => null,
    };

    private static DateTimeOffset Latest(DeliveryDetails delivery, DateTimeOffset? disabledAt)
    {
        var last = delivery.AttemptLog is [.., var attempt] ? attempt.StartedAt + attempt.Duration : delivery.EnqueuedAt;
        return disabledAt > last ? disabledAt.Value : last;
    }
}
