namespace Outbox.EndToEnd.Tests;

/// <summary>The files of the repository that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string Root = Find();

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    public static void Write(string text, params string[] path) => File.WriteAllText(Path.Combine([Root, .. path]), text);

    public static IEnumerable<string> Sources(string folder) => Directory.GetFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Outbox.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
