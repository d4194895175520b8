namespace Outbox;

/// <summary>What an artifact's arrival did to the events of its subject. With several events the best outcome is told.</summary>
public enum ArtifactOutcome
{
    /// <summary>No event of that subject waits, or ever waited, for that artifact. Nothing was changed.</summary>
    NothingHeld = 0,

    /// <summary>The event's data is frozen: its first request has begun, or was about to. Nothing was changed; the host may send an event of its own.</summary>
    TooLate = 1,

    /// <summary>The data was patched; the event still waits for another artifact.</summary>
    StillHeld = 2,

    /// <summary>The data was patched and the event goes out now.</summary>
    Released = 3,
}
