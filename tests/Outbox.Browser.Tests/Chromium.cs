namespace Outbox.Browser.Tests;

/// <summary>The browser of this machine.</summary>
internal static class Chromium
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    /// <summary>Where it is, or null.</summary>
    public static string? Path { get; } = Environment.GetEnvironmentVariable("OUTBOX_CHROMIUM") ?? Array.Find(Places, File.Exists);

    /// <summary>Why the tests that need it are skipped, or null. CI installs it, and there its absence is a failure.</summary>
    public static string? SkipReason { get; } = Path is null && Environment.GetEnvironmentVariable("CI") is not "true"
        ? "There is no Chromium. Install it (apt-get install chromium), or set OUTBOX_CHROMIUM to its path."
        : null;
}

/// <summary>A test in a browser: where there is none it shows as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.SkipReason;
}
