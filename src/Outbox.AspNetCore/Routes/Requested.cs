namespace Outbox.AspNetCore.Routes;

/// <summary>Texts of a request, checked before they go further.</summary>
internal static class Requested
{
    private const int MaxReason = 200;

    /// <exception cref="WebhookValidationException">It is too long, or has control characters.</exception>
    public static string Reason(string? reason, string otherwise)
    {
        var text = string.IsNullOrWhiteSpace(reason) ? otherwise : reason.Trim();
        return text.Length <= MaxReason && !text.Any(char.IsControl)
            ? text
            : throw new WebhookValidationException("reason", $"The reason has {text.Length} characters; give at most {MaxReason} without control characters.");
    }
}
