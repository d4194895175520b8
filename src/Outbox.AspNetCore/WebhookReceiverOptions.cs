using Outbox.Signing;

namespace Outbox.AspNetCore;

/// <summary>How a receiver takes requests.</summary>
public sealed class WebhookReceiverOptions
{
    /// <summary>The largest body in bytes; a larger one is answered 413 and not read further. 1 or more. Default: 1 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>Other secrets that are accepted beside the first: the old one while it is rotated. Default: none.</summary>
    public IList<string> OtherSecrets { get; } = [];

    /// <summary>How far a request's timestamp may be from the clock. Null: <see cref="WebhookVerifier.DefaultReplayWindow"/>, 5 minutes. Default: null.</summary>
    public TimeSpan? ReplayWindow { get; set; }
}
