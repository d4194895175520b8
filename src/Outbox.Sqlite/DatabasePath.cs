namespace Outbox.Sqlite;

/// <summary>Tells whether two names mean one file.</summary>
internal static class DatabasePath
{
    /// <summary>The full path with every symbolic link on the way resolved. SQLite itself resolves only the last part before version 3.39.</summary>
    public static string Canonical(string path)
    {
        var full = Path.GetFullPath(path);
        var resolved = Path.GetPathRoot(full)!;
        foreach (var part in full[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(resolved, part);
            FileSystemInfo entry = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            resolved = entry.ResolveLinkTarget(returnFinalTarget: true) is { } target ? Canonical(target.FullName) : next;
        }

        return resolved;
    }

    /// <summary>Whether two canonical paths are the same.</summary>
    public static bool AreSame(string? one, string? other) =>
        string.Equals(one, other, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
