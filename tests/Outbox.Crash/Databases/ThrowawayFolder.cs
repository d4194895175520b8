using Outbox.Sqlite.Tests;


namespace Outbox.Crash.Databases;

/// <summary>A folder of a run's own, gone with it.</summary>
internal sealed class ThrowawayFolder : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-crash-");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public ValueTask DisposeAsync()
    {
        _folder.DeleteWithDatabases();
        return ValueTask.CompletedTask;
    }
}
