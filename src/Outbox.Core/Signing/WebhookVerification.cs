namespace Outbox.Signing;

/// <summary>What <see cref="WebhookVerifier"/> found out about one request.</summary>
public sealed record WebhookVerification
{
    internal WebhookVerification(WebhookVerificationFailure failure, string? reason)
    {
        Failure = failure;
        Reason = reason;
    }

    /// <summary>
    /// Whether the request was signed with one of the secrets and is fresh. Answer 401 and do nothing else when it is not.
    /// </summary>
    public bool IsValid => Failure == WebhookVerificationFailure.None;

    /// <summary>Why the request was refused; <see cref="WebhookVerificationFailure.None"/> when it was not.</summary>
    public WebhookVerificationFailure Failure { get; }

    /// <summary>
    /// A sentence for the receiver's log that says what is wrong and what to do; null when nothing is. It holds no secret and no text
    /// that the sender of the request chose.
    /// </summary>
    public string? Reason { get; }

    /// <summary>
    /// What to recognise a repeat by: deliveries come at least once, so keep it together with what you did and answer 2xx at once when
    /// it comes again. From the signed id header, the body or the profile's delivery header, in this order; null when there is none,
    /// or when the request is refused. A profile's <c>DeliveryIdHeader</c> is not covered by the signature: a captured request can be
    /// sent again under another id.
    /// </summary>
    public string? DeliveryId { get; init; }

    /// <summary>
    /// When the request says it was sent, in whole seconds; null where the scheme signs no time or it cannot be read. Proven only when
    /// <see cref="IsValid"/>.
    /// </summary>
    public DateTimeOffset? Timestamp { get; init; }

    internal static WebhookVerification Refuse(WebhookVerificationFailure failure, string reason, DateTimeOffset? timestamp = null) =>
        new(failure, reason) { Timestamp = timestamp };
}

/// <summary>Why a request was refused.</summary>
public enum WebhookVerificationFailure
{
    /// <summary>It was not: the request is genuine.</summary>
    None,

    /// <summary>The signature header is not there.</summary>
    MissingSignature,

    /// <summary>The signature header cannot be read, is over 4 KiB, or holds more than 16 signatures.</summary>
    MalformedSignature,

    /// <summary>The id that is signed is not there.</summary>
    MissingId,

    /// <summary>The id that is signed cannot be read: it is longer than 256 characters or has one that ids never have.</summary>
    MalformedId,

    /// <summary>The timestamp that is signed is not there.</summary>
    MissingTimestamp,

    /// <summary>The timestamp is not a number of seconds since 1970.</summary>
    MalformedTimestamp,

    /// <summary>The timestamp is further from the receiver's clock than the replay window, in the past or in the future.</summary>
    TimestampOutsideWindow,

    /// <summary>No signature fits the body and any of the secrets.</summary>
    SignatureMismatch,
}
