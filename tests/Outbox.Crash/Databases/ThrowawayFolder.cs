using Microsoft.Data.Sqlite;

namespace Outbox.Crash.Databases;

/// <summary>A folder of a run's own, gone with it.</summary>
internal sealed class ThrowawayFolder : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-crash-");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
