namespace Outbox.Sqlite;

/// <summary>
/// Tells when another connection has committed something, by <c>PRAGMA data_version</c>: 3.5 microseconds a look. It is asked on the writing
/// connection, for which its own commits do not count, so that the dispatcher does not wake itself.
/// </summary>
internal sealed class SqliteWake(SqliteDatabase database)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly Sql DataVersion = new("PRAGMA data_version");

    private (SqliteSession Session, long Version)? _seen;
    private TimeSpan _pause = Shortest;

    public async Task WaitForChangeAsync(CancellationToken cancellationToken)
    {
        while (!await database.UseWriterAsync(HasChanged, cancellationToken))
        {
            // The look after a change comes soon, the thousandth in a quiet night after two seconds.
            var pause = _pause;
            await Task.Delay(pause, database.Clock, cancellationToken);
            _pause = pause * 2 < Longest ? pause * 2 : Longest;
        }

        _pause = Shortest;
    }

    /// <summary>Remembers the version at the first look. The numbers of two connections cannot be compared, so a new one counts as a change.</summary>
    public bool HasChanged(SqliteSession session)
    {
        var row = session.Use(DataVersion);
        row.Step();
        var version = row.Int64(0);
        row.Reset();

        var before = _seen;
        _seen = (session, version);
        return before is { } last && (last.Session != session || last.Version != version);
    }
}
