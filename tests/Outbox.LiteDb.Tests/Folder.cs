using LiteDB.Engine;

namespace Outbox.LiteDb.Tests;

/// <summary>A folder of the test's own, with the name of a LiteDB file in it.</summary>
internal sealed class Folder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-litedb-");

    public string Name => _folder.FullName;

    public string File => Path.Combine(Name, "calls.db");

    public LiteDbFile Open(Func<ILiteEngine>? openEngine = null, Action<LiteDbStoreOptions>? configure = null, string? connectionString = null)
    {
        var options = new LiteDbStoreOptions();
        configure?.Invoke(options);
        return new LiteDbFile(LiteDbSource.Parse(connectionString ?? $"Filename={File}", options), openEngine);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
