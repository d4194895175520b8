using System.ComponentModel;
using System.Diagnostics;

namespace Outbox.AspNetCore.Tests;

/// <summary>A fact that runs Python with a module, and is skipped for all to see where either is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonModuleFactAttribute : FactAttribute
{
    public PythonModuleFactAttribute(string module)
    {
        Module = module;

        if (!IsInstalled(module))
        {
            Skip = $"Python's module '{module}' is not installed, and this test runs it.";
        }
    }

    public string Module { get; }

    private static bool IsInstalled(string module)
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", ["-c", $"import {module}"]) { UseShellExecute = false, RedirectStandardError = true })!;
            python.WaitForExit();
            return python.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
