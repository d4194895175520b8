namespace Outbox;

/// <summary>
/// Calls a customer's server and waits for its answer: for what cannot wait in a queue, such as a function that a voice agent calls in the middle of a
/// sentence. Signed like a delivery of the profile and sent through the same guard; not stored, not retried, and no part of any transaction.
/// Thread-safe; a singleton in the service container.
/// </summary>
public interface IWebhookCaller
{
    /// <summary>Makes one call. Whatever the receiver does becomes a result.</summary>
    /// <exception cref="WebhookValidationException">The URL, profile, secret or event cannot be accepted. Nothing was sent.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired first. The receiver may have seen the request.</exception>
    Task<WebhookCallResult> InvokeAsync(WebhookCall call, CancellationToken cancellationToken = default);
}

/// <summary>One call.</summary>
public sealed record WebhookCall
{
    /// <summary>Where to: as strict as an endpoint's URL. Customers choose it.</summary>
    public required string Url { get; init; }

    /// <summary>What is sent, in the profile's envelope. Its scopes, keys and holds have no meaning here.</summary>
    public required WebhookEvent Event { get; init; }

    /// <summary>The wire profile's name. Default: <c>standard</c>.</summary>
    public string Profile { get; init; } = "standard";

    /// <summary>The secret that signs; null only where the profile allows unsigned requests.</summary>
    public string? Secret { get; init; }

    /// <summary>How long the whole call may take: connection, answer and body. More than zero. Null: the profile's timeout.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The largest answer in bytes; a larger one is an error. 1 byte to 16 MiB. Default: 256 KiB.</summary>
    public int MaxAnswerBytes { get; init; } = 256 * 1024;

    /// <summary>For logs: without the secret, and without the URL, whose path may be one.</summary>
    public override string ToString() => $"{Profile} call of {Event.Type}";
}

/// <summary>What came of a call.</summary>
public sealed record WebhookCallResult
{
    /// <summary>Whether the status is a success by the profile and the whole answer arrived.</summary>
    public required bool IsSuccess { get; init; }

    /// <summary>The answer's status code; null where none came.</summary>
    public int? StatusCode { get; init; }

    /// <summary>A short stable code of what went wrong, such as <c>timeout</c>, <c>refused_address</c> or <c>answer_too_large</c>; null where an answer came whole.</summary>
    public string? Error { get; init; }

    /// <summary>What went wrong in a sentence; null where there is nothing to say.</summary>
    public string? Detail { get; init; }

    /// <summary>The answer's body as it came, from a stranger: parse it with care. Empty where there is none or it did not arrive whole.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>How long the call took.</summary>
    public required TimeSpan Duration { get; init; }
}
