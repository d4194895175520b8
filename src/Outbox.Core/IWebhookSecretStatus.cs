namespace Outbox;

/// <summary>
/// Whether this process can read the endpoints' signing secrets, for health checks. While it cannot, nothing is sent unsigned and no try is
/// spent: the deliveries wait, are looked at again each minute, and go out once the key is back.
/// </summary>
public interface IWebhookSecretStatus
{
    /// <summary>
    /// The endpoints whose secret could not be read. Empty is healthy. Known to processes that dispatch; all secrets are read when they start,
    /// once a day, and each minute while one of them is unreadable.
    /// </summary>
    IReadOnlyCollection<UnreadableSecret> Unreadable { get; }
}

/// <summary>An endpoint whose signing secret cannot be read.</summary>
/// <param name="EndpointId">The endpoint.</param>
/// <param name="Since">When this process first could not read it.</param>
/// <param name="Reason">Why, in one sentence without the secret: a key that is missing, bytes that were changed.</param>
public sealed record UnreadableSecret(string EndpointId, DateTimeOffset Since, string Reason);
