using System.Diagnostics;
using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;

namespace Outbox.Packages.Tests;

/// <summary>The packages as <c>dotnet pack</c> makes them, in a folder of their own, and projects that use them from there.</summary>
public sealed class PackedPackages : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-packages-");

    public static string Root { get; } = FindRoot();

    /// <summary>Whether there is a commit that packages can name; a downloaded archive has none.</summary>
    public static bool IsCheckedOut => Path.Exists(Path.Combine(Root, ".git"));

    public string Feed => Path.Combine(_folder.FullName, "feed");

    private static string Configuration => typeof(PackedPackages).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    public async Task InitializeAsync() => await RunAsync(
        Path.Combine(Root, "tests", "Outbox.Packages.Tests"), "msbuild", Path.Combine("Packing", "Pack.proj"), "-nologo", "-v:q", $"-p:Configuration={Configuration}", $"-p:PackageOutputPath={Feed}");

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    public ZipArchive Open(string package, string extension = "nupkg") =>
        ZipFile.OpenRead(Directory.GetFiles(Feed, $"{package}.*.{extension}").Single(file => char.IsAsciiDigit(Path.GetFileName(file)[package.Length + 1])));

    public XElement Metadata(string package)
    {
        using var archive = Open(package);
        using var nuspec = archive.GetEntry($"{package}.nuspec")!.Open();
        return XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    /// <summary>A project outside of the repository that has packages from the folder; gives what it printed.</summary>
    public async Task<string> BuildAndRunAsync(string name, string sdk, IEnumerable<string> packages, string program)
    {
        var folder = _folder.CreateSubdirectory(name).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.csproj"), Project(sdk, packages));
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), program);
        await RunAsync(folder, "build", "-nologo", "-v:q", "-o", "out");
        return await RunAsync(folder, Path.Combine("out", $"{name}.dll"));
    }

    private string Project(string sdk, IEnumerable<string> packages)
    {
        var version = Metadata("Outbox.Core").Elements().Single(element => element.Name.LocalName == "version").Value;
        var references = string.Concat(packages.Select(package => $"""<PackageReference Include="{package}" Version="{version}" />"""));

        // What the packages depend on is where this repository's restore has put it; the packages themselves are not to stay in any cache.
        return $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NoWarn>NU1603;NETSDK1206</NoWarn>
                <RestoreAdditionalProjectSources>{Feed}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(_folder.FullName, "cache")}</RestorePackagesPath>
                <RestoreAdditionalProjectFallbackFolders>{UsersCache()};{Path.Combine(Root, "eng", "nuget-fallback")}/</RestoreAdditionalProjectFallbackFolders>
              </PropertyGroup>
              <ItemGroup>{references}</ItemGroup>
            </Project>
            """;
    }

    private static string UsersCache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
        ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };

        // The test host's own settings are not for its children.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"'dotnet {string.Join(' ', arguments)}' failed:\n{await output}\n{await errors}");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Outbox.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
