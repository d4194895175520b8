namespace Outbox.Sqlite;

/// <summary>
/// The endpoints' keys without the blocked ones, as ranges: a claim that skips whole runs of blocked endpoints costs about the same beside ten
/// thousand of them as beside none. Visiting each of their lanes took 80 milliseconds a look.
/// </summary>
internal static class SqliteBlocks
{
    private static readonly Sql Blocked = new("SELECT key FROM outbox_endpoint WHERE failures > 0 AND blocked_until > ?1");

    /// <summary>The ranges between <paramref name="after"/>, exclusive, and <paramref name="until"/>, inclusive, in order.</summary>
    public static List<(long After, long Until)> Between(IReadOnlyList<long> blocked, long after, long until)
    {
        var ranges = new List<(long, long)>();
        foreach (var key in blocked)
        {
            if (key <= after)
            {
                continue;
            }

            if (key > until)
            {
                break;
            }

            if (key > after + 1)
            {
                ranges.Add((after, key - 1));
            }

            after = key;
        }

        if (after < until)
        {
            ranges.Add((after, until));
        }

        return ranges;
    }

    /// <summary>The keys of the endpoints that are blocked now, ascending.</summary>
    public static List<long> Read(SqliteSession session, long now)
    {
        var keys = new List<long>();
        var rows = session.Use(Blocked).Bind(1, now);
        while (rows.Step())
        {
            keys.Add(rows.Int64(0));
        }

        keys.Sort();
        return keys;
    }
}
