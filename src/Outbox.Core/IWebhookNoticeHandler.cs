namespace Outbox;

/// <summary>
/// Hears of notices in the process that stored them. Registered by <see cref="WebhookOutboxBuilderExtensions.AddNoticeHandler"/>; called from a
/// background task, one notice after the other.
/// </summary>
/// <remarks>
/// It is called once, after the notice was stored, and not again: where the process ends before that, it is not called. What must not be
/// missed belongs to an endpoint of <see cref="WebhookScope.Notices"/>. For an endpoint that was disabled in a transaction of the caller's own it
/// is not called, because the outbox does not learn whether that was committed.
/// </remarks>
public interface IWebhookNoticeHandler
{
    /// <summary>Handles a notice. What it throws is logged, and the next notice follows.</summary>
    /// <param name="notice">What happened.</param>
    /// <param name="cancellationToken">Fires when the host's services are disposed.</param>
    Task HandleAsync(WebhookNotice notice, CancellationToken cancellationToken);
}
