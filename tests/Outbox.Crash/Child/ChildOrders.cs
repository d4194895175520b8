using System.Text.Json;

namespace Outbox.Crash.Child;

/// <summary>What a child process is to do.</summary>
internal sealed record ChildOrders
{
    public required string Store { get; init; }

    public required string ConnectionString { get; init; }

    /// <summary>The URLs of the endpoints; the child registers those that are missing.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>What the ids of its calls begin with.</summary>
    public string Name { get; init; } = "";

    public int Writers { get; init; } = 4;

    public int CallsPerWriter { get; init; } = 12;

    /// <summary>Where it stops to be killed, or null.</summary>
    public string? KillPoint { get; init; }

    /// <summary>At which occurrence of that.</summary>
    public int Occurrence { get; init; } = 1;

    /// <summary>Writes nothing, delivers what is owed, and ends.</summary>
    public bool Drain { get; init; }

    public static ChildOrders FromJson(string json) => JsonSerializer.Deserialize<ChildOrders>(json)!;

    public string ToJson() => JsonSerializer.Serialize(this);
}
