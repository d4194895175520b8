namespace Outbox.Events;

/// <summary>What an event type looks like: <c>call.ended</c>.</summary>
internal static class EventType
{
    public const int MaxLength = 128;

    /// <exception cref="WebhookValidationException">The text has another form.</exception>
    public static void Check(string field, string type)
    {
        if (type is null or { Length: 0 or > MaxLength } || !type.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            throw new WebhookValidationException(
                field, $"'{type}' is not an event type. Use ASCII letters, digits, '.', '_' and '-', at most {MaxLength} characters: 'call.ended'.");
        }
    }
}
