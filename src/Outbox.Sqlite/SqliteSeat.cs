using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>
/// The one place for a dispatcher that a database has: a lock of the operating system on a file beside it, which the death of the process
/// releases. The file stays when the lock goes, because whoever deleted it could delete the next one's.
/// </summary>
internal sealed class SqliteSeat : IAsyncDisposable
{
    private readonly FileStream _lock;

    private SqliteSeat(FileStream held) => _lock = held;

    /// <summary>Takes the place; null where another has it, in this process or another.</summary>
    public static SqliteSeat? TryTake(string databasePath)
    {
        var path = $"{databasePath}-outbox-lock";
        try
        {
            return new SqliteSeat(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (IsTaken(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutboxStoreException(
                $"The dispatcher's lock file '{path}' cannot be opened: {e.Message} Give this process the right to write in that folder.", e, isTransient: e is IOException);
        }
    }

    public ValueTask DisposeAsync() => _lock.DisposeAsync();

    private static bool IsTaken(IOException e) =>
        (e.HResult & 0xFFFF) is 32 or 33 // Windows: sharing or lock violation
        or 11 or 35;                     // EWOULDBLOCK on Linux and on macOS
}
