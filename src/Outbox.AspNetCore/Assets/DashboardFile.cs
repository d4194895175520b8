using System.Collections.Frozen;

namespace Outbox.AspNetCore.Assets;

/// <summary>A file of the dashboard, as it is in this assembly.</summary>
internal sealed record DashboardFile(string Path, string ContentType, byte[] Content)
{
    private const string Root = "dashboard/";

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".json"] = "application/json; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".woff2"] = "font/woff2",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>All of them, by their path below the dashboard's folder.</summary>
    public static IReadOnlyList<DashboardFile> All { get; } =
        [.. typeof(DashboardFile).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Root, StringComparison.Ordinal)).Select(Read)];

    private static DashboardFile Read(string resource)
    {
        using var stream = typeof(DashboardFile).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var path = resource[Root.Length..];
        var contentType = ContentTypes.GetValueOrDefault(System.IO.Path.GetExtension(path), "application/octet-stream");
        return new DashboardFile(path, contentType, content);
    }
}
