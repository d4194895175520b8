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

    public async Task InitializeAsync() => await DotNet.RunAsync(
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
        var folder = await BuildAsync(name, sdk, packages, program);
        return await DotNet.RunAsync(folder, $"{name}.dll");
    }

    /// <summary>The same, built; gives the folder that its program is in.</summary>
    public async Task<string> BuildAsync(string name, string sdk, IEnumerable<string> packages, string program)
    {
        var folder = await WriteAsync(name, sdk, packages, program, more: "");
        await DotNet.RunAsync(folder, "build", "-nologo", "-v:q", "-o", "out");
        return Path.Combine(folder, "out");
    }

    /// <summary>The same, published with its own runtime and without what it does not use; a warning of the trimmer fails. Gives the folder.</summary>
    /// <param name="name">The project's name.</param>
    /// <param name="sdk">Its SDK.</param>
    /// <param name="packages">Its packages, each of ours kept whole so that the trimmer looks at all of it.</param>
    /// <param name="program">Its program.</param>
    public async Task<string> PublishTrimmedAsync(string name, string sdk, IReadOnlyList<string> packages, string program)
    {
        var roots = string.Concat(packages.Where(IsOurs).Append("Outbox.Core").Select(package => $"""<TrimmerRootAssembly Include="{package}" />"""));
        var folder = await WriteAsync(name, sdk, packages, program, $"""
              <PropertyGroup>
                <PublishTrimmed>true</PublishTrimmed>
                <SelfContained>true</SelfContained>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup>{roots}</ItemGroup>
            """);
        await DotNet.RunAsync(folder, "publish", "-nologo", "-v:q", "-o", "out");
        return Path.Combine(folder, "out");
    }

    private static bool IsOurs(string package) => package.StartsWith("Outbox.", StringComparison.Ordinal);

    private async Task<string> WriteAsync(string name, string sdk, IEnumerable<string> packages, string program, string more)
    {
        var folder = _folder.CreateSubdirectory(name).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.csproj"), Project(sdk, packages, more));
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), program);
        return folder;
    }

    private string Project(string sdk, IEnumerable<string> packages, string more)
    {
        var references = string.Concat(packages.Select(package => $"""<PackageReference Include="{package}" Version="{VersionOf(package)}" />"""));

        // What the packages depend on is where this repository's restore has put it; the packages themselves are not to stay in any cache.
        return $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NoWarn>NU1603;NETSDK1206</NoWarn>
                <RestoreAdditionalProjectSources>{Feed}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(_folder.FullName, "cache")}</RestorePackagesPath>
                <RestoreAdditionalProjectFallbackFolders>{UsersCache()};{Path.Combine(Root, "eng", "nuget-fallback")}/</RestoreAdditionalProjectFallbackFolders>
              </PropertyGroup>
              <ItemGroup>{references}</ItemGroup>
            {more}
            </Project>
            """;
    }

    private string VersionOf(string package) => IsOurs(package)
        ? Metadata(package).Elements().Single(element => element.Name.LocalName == "version").Value
        : XDocument.Load(Path.Combine(Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(element => (string?)element.Attribute("Include") == package).Attribute("Version")!.Value;

    private static string UsersCache() => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
        ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

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
