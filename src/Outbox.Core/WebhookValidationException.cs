namespace Outbox;

/// <summary>
/// Something that the caller passed cannot be accepted. Nothing was stored. The message names the value and the cure and is safe to
/// show to a customer: it never holds a secret or a resolved address. A web host answers it with 422 Unprocessable Content.
/// </summary>
public sealed class WebhookValidationException : ArgumentException
{
    /// <summary>Says that <paramref name="field"/> cannot be accepted.</summary>
    /// <param name="field">The field at fault in the words of the public API: <c>url</c>, <c>secret</c>, <c>data</c>, <c>scopes[1]</c>.</param>
    /// <param name="message">What is wrong, the value, and what to do instead.</param>
    /// <param name="innerException">The lower-level cause, when there is one.</param>
    public WebhookValidationException(string field, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Field = field;
    }

    /// <summary>The field at fault in the words of the public API: <c>url</c>, <c>secret</c>, <c>data</c>, <c>scopes[1]</c>.</summary>
    public string Field { get; }
}
