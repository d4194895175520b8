using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>
/// Keeps the file to one process: a lock of the operating system on a file beside it, which the death of the process releases. LiteDB's own
/// opening does not refuse a second process on Linux, and two processes that write destroy the file. The lock's file stays when the lock goes,
/// because whoever deleted it could delete the next one's.
/// </summary>
internal static class LiteDbLock
{
    public static FileStream Take(string databaseFile)
    {
        var path = $"{databaseFile}-outbox-lock";
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsTaken(e))
        {
            throw new OutboxStoreException(
                $"The LiteDB file '{databaseFile}' is in use by an outbox already, in another process or in another host of this one. A LiteDB file belongs to one process: stop " +
                "the other first. Where several processes must share the calls, keep them in SQLite or PostgreSQL.",
                e);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new OutboxStoreException(
                $"The folder of the LiteDB file '{databaseFile}' does not exist. Make it before the host starts: the outbox makes files, not folders.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutboxStoreException(
                $"The lock file '{path}' cannot be opened: {e.Message} Give this process the right to write in that folder.", e, isTransient: e is IOException);
        }
    }

    private static bool IsTaken(IOException e) =>
        (e.HResult & 0xFFFF) is 32 or 33 // Windows: sharing or lock violation
        or 11 or 35;                     // EWOULDBLOCK on Linux and on macOS
}
