namespace Outbox.Testing;

/// <summary>What was sent is not what the test expects. The message lists what was.</summary>
public sealed class WebhookAssertionException : Exception
{
    internal WebhookAssertionException(string message, IReadOnlyList<SentWebhook> sent)
        : base($"{message} Sent were:\n{(sent.Count == 0 ? "  nothing" : string.Join('\n', sent.Select(request => $"  {request}")))}")
    {
    }
}
