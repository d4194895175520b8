using System.Diagnostics;

namespace Outbox.Packages.Tests;

/// <summary>The <c>dotnet</c> command, and what it built, in processes of their own.</summary>
internal static class DotNet
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Runs the command to its end and gives what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has all that it printed.</exception>
    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        using var process = Start(folder, "dotnet", arguments);
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"'dotnet {string.Join(' ', arguments)}' failed:\n{await output}\n{await errors}");
    }

    /// <summary>Starts a program that runs on, as in Development.</summary>
    public static Process Start(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // The test host's own settings are not for its children.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        return Process.Start(start)!;
    }
}
