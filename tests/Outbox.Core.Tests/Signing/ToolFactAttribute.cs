namespace Outbox.Tests.Signing;

/// <summary>A fact that runs an installed tool, and is skipped for all to see where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ToolFactAttribute : FactAttribute
{
    public ToolFactAttribute(string tool)
    {
        Tool = tool;

        if (!IsInstalled(tool))
        {
            Skip = $"'{tool}' is not installed (or not on PATH), and this test runs it.";
        }
    }

    public string Tool { get; }

    private static bool IsInstalled(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, tool)) || File.Exists(Path.Combine(folder, tool + ".exe")));
}
