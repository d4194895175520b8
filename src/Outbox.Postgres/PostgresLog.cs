using Microsoft.Extensions.Logging;

namespace Outbox.Postgres;

/// <summary>What the store says by itself: at most one line a minute of each kind, however long the database is away.</summary>
internal sealed partial class PostgresLog(ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    private long _listenerAway;
    private long _notifyFailed;

    public void ListenerAway(Exception e)
    {
        if (IsDue(ref _listenerAway))
        {
            LogListenerAway(logger, e.Message);
        }
    }

    public void NotifyFailed(Exception e)
    {
        if (IsDue(ref _notifyFailed))
        {
            LogNotifyFailed(logger, e.Message);
        }
    }

    private bool IsDue(ref long last)
    {
        var before = Interlocked.Read(ref last);
        return (before == 0 || clock.GetElapsedTime(before) >= Quiet)
            && Interlocked.CompareExchange(ref last, clock.GetTimestamp(), before) == before;
    }

    [LoggerMessage(60, LogLevel.Warning, "The outbox does not hear of other hosts' work now and looks for it at its sweep; it connects again by itself. {Reason}")]
    private static partial void LogListenerAway(ILogger logger, string reason);

    [LoggerMessage(61, LogLevel.Warning, "Other hosts could not be told of new work; they find it at their sweep. {Reason}")]
    private static partial void LogNotifyFailed(ILogger logger, string reason);
}
