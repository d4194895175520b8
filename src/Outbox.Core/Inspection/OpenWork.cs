using System.Runtime.InteropServices;

namespace Outbox.Inspection;

/// <summary>A count that stops at a limit, because nobody reads further.</summary>
/// <param name="Count">The count, or the limit.</param>
/// <param name="Capped">Whether there are more.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BoundedCount(int Count, bool Capped)
{
    /// <summary>The count of something of which <paramref name="found"/> were found by looking for one more than the limit.</summary>
    public static BoundedCount Of(long found, int limit) => new((int)Math.Min(found, limit), found > limit);
}

/// <summary>Whose work to count.</summary>
public sealed record OpenWorkFilter
{
    /// <summary>Only what is owed to this endpoint, by id; null: to all.</summary>
    public string? EndpointId { get; init; }

    /// <summary>Only what is owed to endpoints of this tenant; null: to all.</summary>
    public string? EndpointTenant { get; init; }
}

/// <summary>What is owed now, and what was given up.</summary>
public sealed record OpenWork
{
    /// <summary>Waiting, and due.</summary>
    public required BoundedCount Ready { get; init; }

    /// <summary>Waiting for a time, an artifact or another delivery of their ordering key.</summary>
    public required BoundedCount Scheduled { get; init; }

    /// <summary>Leased.</summary>
    public required BoundedCount Delivering { get; init; }

    /// <summary>Parked.</summary>
    public required BoundedCount Parked { get; init; }

    /// <summary>Exhausted.</summary>
    public required BoundedCount Exhausted { get; init; }

    /// <summary>
    /// The due time of the delivery that could be sent and has waited longest for it, or null. What queues behind another of its ordering key is not
    /// due, and what waits because its endpoint is blocked or paced is not late.
    /// </summary>
    public DateTimeOffset? OldestDueAt { get; init; }
}
