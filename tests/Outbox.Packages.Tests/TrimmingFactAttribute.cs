namespace Outbox.Packages.Tests;

/// <summary>
/// A test that publishes trimmed: where no source has the runtime and the linker that this takes, it shows as skipped. With <c>CI=true</c> it fails there.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TrimmingFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> Restores = new(TryRestore);

    public TrimmingFactAttribute() => Skip = Environment.GetEnvironmentVariable("CI") is "true" || Restores.Value
        ? null
        : "None of the package sources has the runtime packs and the linker that a trimmed publish takes.";

    private static bool TryRestore()
    {
        var folder = Directory.CreateTempSubdirectory("outbox-trimming-");
        try
        {
            File.WriteAllText(
                Path.Combine(folder.FullName, "Probe.csproj"),
                """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <PublishTrimmed>true</PublishTrimmed>
                    <SelfContained>true</SelfContained>
                  </PropertyGroup>
                </Project>
                """);
            DotNet.RunAsync(folder.FullName, "restore", "-v:q").GetAwaiter().GetResult();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
