namespace Outbox;

/// <summary>Why somebody cancelled or disabled something, in words that people read, stores keep and lists filter by.</summary>
internal static class OperatorReason
{
    private const int MaxLength = 200;

    /// <exception cref="WebhookValidationException">It is too long, or has control characters.</exception>
    public static void Check(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (reason.Length > MaxLength || reason.Any(char.IsControl))
        {
            throw new WebhookValidationException("reason", $"The reason has {reason.Length} characters; give at most {MaxLength} without control characters.");
        }
    }
}
