namespace Outbox.Sending;

/// <summary>What came back, or why nothing did: one of <see cref="StatusCode"/> and <see cref="ErrorCode"/> is set, and both where a whole answer was wanted and only its
/// status came.</summary>
internal sealed record WebhookResponse
{
    /// <summary>200 to 599. Redirects are not followed.</summary>
    public int? StatusCode { get; init; }

    /// <summary>One of <see cref="SendErrorCodes"/>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>One sentence for the operator. Never a resolved address, a path or a query.</summary>
    public string? Detail { get; init; }

    /// <summary>The beginning of the body, made fit to store and show; null when there was none.</summary>
    public string? Excerpt { get; init; }

    /// <summary>Whether the body has more than the excerpt, or did not arrive whole.</summary>
    public bool ExcerptIsCut { get; init; }

    /// <summary>The answer's headers, made fit to show, where the request wants them; empty otherwise.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The whole body where the request wants it; empty otherwise.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What the receiver asks for, counted from now; null when it asks nothing or cannot be understood.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>From the start of the attempt until its end, body included.</summary>
    public TimeSpan Duration { get; init; }
}
