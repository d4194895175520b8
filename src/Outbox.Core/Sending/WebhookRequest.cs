namespace Outbox.Sending;

/// <summary>One attempt, ready to go.</summary>
internal sealed record WebhookRequest
{
    /// <summary>Canonical, as <see cref="WebhookUrl.Parse"/> made it.</summary>
    public required Uri Url { get; init; }

    /// <summary>JSON in UTF-8. Who makes the request disposes it, once the attempt is over.</summary>
    public required RequestBody Body { get; init; }

    /// <summary>Everything but Content-Type and User-Agent, which the sender sets.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>How it looks: the profile's name, for handlers around the client.</summary>
    public required string Profile { get; init; }

    /// <summary>Whom it goes to, for handlers around the client; null where there is no stored endpoint.</summary>
    public string? EndpointId { get; init; }

    /// <summary>From the start until the answer's headers have arrived.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Where the caller wants the whole answer: how large it may be. Null: the beginning is enough, to show to people.</summary>
    public int? MaxAnswerBytes { get; init; }

    /// <summary>Whether the caller wants the answer's headers.</summary>
    public bool WantsAnswerHeaders { get; init; }
}
