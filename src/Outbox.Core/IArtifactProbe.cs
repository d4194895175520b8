using Outbox.Storage;

namespace Outbox;

/// <summary>
/// Looks for artifacts that nobody announces. Register one with <c>AddArtifactProbe</c>; it is asked every
/// <see cref="WebhookOutboxOptions.ProbeInterval"/> while something is held, and never while nothing is.
/// </summary>
public interface IArtifactProbe
{
    /// <summary>The artifact, with what it changes in the data, or null while it is not there yet. An exception is logged and means "not yet".</summary>
    /// <param name="held">What is waited for.</param>
    /// <param name="cancellationToken">Fires when the host stops.</param>
    ValueTask<WebhookArtifact?> ProbeAsync(HeldArtifact held, CancellationToken cancellationToken);
}
