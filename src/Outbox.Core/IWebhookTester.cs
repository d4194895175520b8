using Outbox.Deliveries;

namespace Outbox;

/// <summary>Shows what goes on the wire, and tries an endpoint by hand. Thread-safe; a singleton in the service container.</summary>
public interface IWebhookTester
{
    /// <summary>
    /// The request of a delivery as each of its attempts sends it, but for what is fresh in each: the timestamp and the signature. Null where the
    /// content was erased, or the profile is not one of this host's.
    /// </summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="url">Its endpoint's URL.</param>
    WebhookWireRequest? Describe(DeliveryDetails delivery, string url);

    /// <summary>Composes and signs a request for an endpoint as an attempt would, and sends nothing; null: there is no endpoint of that id.</summary>
    /// <param name="endpointId">The endpoint's id.</param>
    /// <param name="webhookEvent">The event.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="WebhookValidationException">The event cannot be accepted.</exception>
    Task<WebhookWireRequest?> PreviewAsync(string endpointId, WebhookEvent webhookEvent, CancellationToken cancellationToken = default);

    /// <summary>
    /// Composes, signs and sends one request to an endpoint, enabled or not, and stores nothing: no delivery, no try again, nothing learned about
    /// the endpoint. The same rules for addresses hold as for deliveries. Null: there is no endpoint of that id.
    /// </summary>
    /// <param name="endpointId">The endpoint's id.</param>
    /// <param name="webhookEvent">The event.</param>
    /// <param name="cancellationToken">Stops the call; the receiver may have seen the request.</param>
    /// <exception cref="WebhookValidationException">The event cannot be accepted.</exception>
    Task<WebhookTrial?> SendAsync(string endpointId, WebhookEvent webhookEvent, CancellationToken cancellationToken = default);
}

/// <summary>A request as it goes on the wire: a POST.</summary>
public sealed record WebhookWireRequest
{
    /// <summary>The wire profile's name.</summary>
    public required string Profile { get; init; }

    /// <summary>Where it goes. Paths may be secrets: do not log them.</summary>
    public required string Url { get; init; }

    /// <summary>The headers in order.</summary>
    public required IReadOnlyList<WebhookWireHeader> Headers { get; init; }

    /// <summary>The body's exact bytes.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The event's id, which some schemes sign.</summary>
    public required string EventId { get; init; }

    /// <summary>The attempt's time in whole seconds since 1970, as it is signed and sent; null where it is not signed here.</summary>
    public string? Timestamp { get; init; }

    /// <summary>The last four characters of the secret that signs, or the whole public key of a key pair; null where there is none, or it is not signed here.</summary>
    public string? SecretHint { get; init; }

    /// <summary>For logs: without the URL, whose path may be a secret.</summary>
    public override string ToString() => $"{EventId} ({Profile})";
}

/// <summary>A header as it goes on the wire.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value; null where it is fresh in each attempt.</param>
/// <param name="Source">Who sets it.</param>
public sealed record WebhookWireHeader(string Name, string? Value, WebhookHeaderSource Source)
{
    /// <summary>For logs: without the value, which may be a token of the receiver's.</summary>
    public override string ToString() => Name;
}

/// <summary>Who sets a header.</summary>
public enum WebhookHeaderSource
{
    /// <summary>The outbox, with every request.</summary>
    Sender = 0,

    /// <summary>The host, with this event.</summary>
    Event = 1,

    /// <summary>The wire profile.</summary>
    Profile = 2,
}

/// <summary>What came of a request that was sent by hand.</summary>
public sealed record WebhookTrial
{
    /// <summary>What was sent.</summary>
    public required WebhookWireRequest Request { get; init; }

    /// <summary>Whether the profile takes the answer as success.</summary>
    public required bool Delivered { get; init; }

    /// <summary>The answer's status code; null where none came.</summary>
    public int? StatusCode { get; init; }

    /// <summary>A short stable code of what went wrong; null where an answer came.</summary>
    public string? Error { get; init; }

    /// <summary>What went wrong in a sentence, or null.</summary>
    public string? Detail { get; init; }

    /// <summary>The answer's headers in the order they came, a line for each value; empty where no answer came. A receiver's words: show them as text.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The beginning of the answer's body as text; null where it had none.</summary>
    public string? Excerpt { get; init; }

    /// <summary>Whether the body had more than <see cref="Excerpt"/> holds, or did not arrive whole.</summary>
    public bool ExcerptIsCut { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>For logs: without what the receiver wrote.</summary>
    public override string ToString() => $"{Request}: {StatusCode} {Error}";
}
