namespace Outbox.Tests.Json;

/// <summary>A test that asks Node.js what JavaScript does; skipped, and visibly so, where <c>node</c> is not on the PATH.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
    {
        Skip = NodeOnPath.Missing;
    }
}

/// <inheritdoc cref="NodeFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute()
    {
        Skip = NodeOnPath.Missing;
    }
}

file static class NodeOnPath
{
    /// <summary>Why the tests are skipped; null where Node.js is there.</summary>
    public static string? Missing { get; } = Exists() ? null : "node is not on the PATH, so nobody can say what JavaScript prints.";

    private static bool Exists()
    {
        var name = OperatingSystem.IsWindows() ? "node.exe" : "node";
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Any(folder => File.Exists(Path.Combine(folder, name)));
    }
}
