using Outbox.Deliveries;

namespace Outbox;

/// <summary>What became of each event: deliveries and their attempts, replay and cancel. Thread-safe.</summary>
public interface IWebhookDeliveries
{
    /// <summary>One delivery with its attempts, or null where there is none of that id (or it was pruned).</summary>
    Task<DeliveryDetails?> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Deliveries, newest first, a page at a time. Go on while there is a cursor, also where a page is short or empty.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="limit">How many at most; 1 to 500.</param>
    /// <param name="cursor">The <see cref="DeliveryPage.NextCursor"/> of the page before; null: from the newest.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    Task<DeliveryPage> ListAsync(DeliveryFilter filter, int limit = 50, string? cursor = null, CancellationToken cancellationToken = default);

    /// <summary>What is owed now, counted: for a dashboard, a health check or an alert. It takes longer the more is owed; ask every few seconds at most.</summary>
    Task<WebhookBacklog> CountBacklogAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends a delivery that is Exhausted, Cancelled or Delivered once more: the same id, the same bytes, the profile's full retry schedule.
    /// </summary>
    /// <returns>False where there is no such delivery, it is still open, its content was erased or its endpoint was deleted.</returns>
    Task<bool> ReplayAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Replays every Exhausted delivery that the filter matches (or those of another closed status where the filter names one), the oldest first.
    /// Each is replayed once, however soon it closes again; those enqueued after the call began are left alone.
    /// </summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="progress">Told after each batch how many were put back so far. Those stay put back where the call is cancelled.</param>
    /// <param name="cancellationToken">Stops the call between two batches.</param>
    /// <returns>How many were put back to Waiting.</returns>
    Task<int> ReplayAsync(DeliveryFilter filter, IProgress<int>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>Cancels an open delivery. One whose request is on the wire is cancelled too: whatever comes back changes nothing.</summary>
    /// <param name="id">The delivery's id.</param>
    /// <param name="reason">Why, for people to read in <see cref="DeliveryInfo.LastError"/>: at most 200 characters without control characters.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="WebhookValidationException">The reason is too long or has control characters.</exception>
    /// <returns>False where there is no such delivery or it is closed already.</returns>
    Task<bool> CancelAsync(string id, string reason, CancellationToken cancellationToken = default);
}

/// <summary>What is owed, counted at one moment.</summary>
public sealed record WebhookBacklog
{
    /// <summary>Deliveries that are Waiting: due now, scheduled for a retry, held, or behind another of their ordering key.</summary>
    public required long Waiting { get; init; }

    /// <summary>Deliveries that are Delivering.</summary>
    public required long Delivering { get; init; }

    /// <summary>Deliveries that are Parked.</summary>
    public required long Parked { get; init; }

    /// <summary>Deliveries that are Exhausted and not yet pruned.</summary>
    public required long Exhausted { get; init; }

    /// <summary>Endpoints that are disabled.</summary>
    public required long DisabledEndpoints { get; init; }

    /// <summary>
    /// How long the oldest delivery that could be sent has been due; null where none is due. What queues behind another of its ordering key is
    /// not due, and what waits because its endpoint is blocked or paced is not late.
    /// </summary>
    public TimeSpan? OldestDue { get; init; }
}

/// <summary>Which deliveries. Each part that is null matches everything.</summary>
public sealed record DeliveryFilter
{
    /// <summary>Only this status.</summary>
    public DeliveryStatus? Status { get; init; }

    /// <summary>Only those owed to this endpoint, by id.</summary>
    public string? EndpointId { get; init; }

    /// <summary>Only those of this event, by id.</summary>
    public string? EventId { get; init; }

    /// <summary>Only this event type.</summary>
    public string? EventType { get; init; }

    /// <summary>Only events about this subject.</summary>
    public string? Subject { get; init; }

    /// <summary>Only events whose subject begins so.</summary>
    public string? SubjectPrefix { get; init; }

    /// <summary>Only this tenant's events.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only what is owed to this tenant's own endpoints.</summary>
    public string? EndpointTenant { get; init; }

    /// <summary>Only open ones: Waiting, Delivering or Parked.</summary>
    public bool OpenOnly { get; init; }

    /// <summary>Only those whose <see cref="DeliveryInfo.LastError"/> is this.</summary>
    public string? LastError { get; init; }

    /// <summary>Only those whose last attempt was answered with this status code.</summary>
    public int? LastStatusCode { get; init; }

    /// <summary>Only those enqueued at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only those enqueued before this time.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>A page of deliveries.</summary>
/// <param name="Deliveries">
/// The deliveries, newest first. There may be fewer than were asked for, or none, and yet a next page: a store looks through a bounded number of
/// deliveries for a page, and older ones may match. Only a null cursor says that there are no more.
/// </param>
/// <param name="NextCursor">What to pass for the next page; null on the last.</param>
public sealed record DeliveryPage(IReadOnlyList<DeliveryInfo> Deliveries, string? NextCursor);
