namespace Outbox.EntityFrameworkCore;

/// <summary>
/// An event that waits for SaveChangesAsync, tracked as a modified entity without a column to write. So Entity Framework keeps it as it keeps
/// other changes: through a failed save, through a retry, and until the changes are accepted; and writes nothing for it.
/// </summary>
internal sealed class PendingWebhook
{
    public Guid Id { get; set; }

    /// <summary>Makes the event; called at the save, when the rows were written.</summary>
    public required Func<WebhookEvent> Event { get; init; }
}
