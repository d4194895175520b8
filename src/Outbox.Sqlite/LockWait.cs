using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Outbox.Sqlite;

/// <summary>
/// Waits for the database's write lock by asking again each millisecond or so. SQLite's own waiting sleeps whole seconds where it was built
/// without usleep, as some of the packaged builds are: beside a host that commits 100 times a second, one request in three was a second late.
/// </summary>
/// <remarks>The lock is held in real time, so it is waited for in real time, whatever clock the store has.</remarks>
internal sealed class LockWait(TimeSpan atMost)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly long _began = TimeProvider.System.GetTimestamp();

    // Not the token's own handle: a host that is disposed of disposes of the token's source while its loops still end.
    private readonly object _never = new();

    private TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_began);

    /// <summary>Whether the failure is another connection's write lock, and there is time left to ask again.</summary>
    public bool IsWorth(SqliteException failure) =>
        failure.SqliteErrorCode == SQLITE_BUSY && failure.SqliteExtendedErrorCode != SQLITE_BUSY_SNAPSHOT && Elapsed < atMost;

    /// <summary>Most locks are held for a fraction of a millisecond, and a busy host takes the next one at once: whoever asks rarely never gets it.</summary>
    public async ValueTask PauseAsync(CancellationToken cancellationToken)
    {
        if (Elapsed >= Patience)
        {
            await Task.Delay(Longest, TimeProvider.System, cancellationToken);
            return;
        }

        // The one thread that may write waits itself: timers count in the kernel's ticks, and on many machines would take 4 ms.
        lock (_never)
        {
            Monitor.Wait(_never, Shortest);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
