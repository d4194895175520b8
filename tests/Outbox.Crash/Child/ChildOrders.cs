using System.Text.Json;

namespace Outbox.Crash.Child;

/// <summary>What a host does in its life.</summary>
internal enum ChildTask
{
    /// <summary>Ends calls and delivers, until it is killed.</summary>
    WriteAndDeliver,

    /// <summary>Ends calls, delivers nothing, and ends.</summary>
    Write,

    /// <summary>Delivers, until it is killed.</summary>
    Deliver,

    /// <summary>Delivers what is owed, and ends.</summary>
    Drain,
}

/// <summary>What a child process is told.</summary>
internal sealed record ChildOrders
{
    public required string Store { get; init; }

    public required string ConnectionString { get; init; }

    /// <summary>The URLs of the endpoints; the child registers those that are missing.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    public required ChildTask Task { get; init; }

    /// <summary>What the ids of its calls begin with, and its <c>User-Agent</c>.</summary>
    public string Name { get; init; } = "host";

    /// <summary>Default: the outbox's own.</summary>
    public TimeSpan? Lease { get; init; }

    public int Writers { get; init; } = 4;

    public int CallsPerWriter { get; init; } = 12;

    /// <summary>Where it stops to be killed, or null.</summary>
    public string? KillPoint { get; init; }

    /// <summary>At which occurrence of that.</summary>
    public int Occurrence { get; init; } = 1;

    public static ChildOrders FromJson(string json) => JsonSerializer.Deserialize<ChildOrders>(json)!;

    public string ToJson() => JsonSerializer.Serialize(this);
}
