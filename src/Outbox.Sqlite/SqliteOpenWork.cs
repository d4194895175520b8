using System.Globalization;
using Outbox.Inspection;

namespace Outbox.Sqlite;

/// <summary>What is owed now. Each count reads the index of what it counts, and stops at the limit.</summary>
internal sealed class SqliteOpenWork
{
    private const string Due = "d.status = 0 AND d.gate = 0";
    private const string Queued = "d.status = 0 AND d.gate = 2";
    private const string Delivering = "d.status = 1";
    private const string Parked = "d.status = 4";
    private const string Exhausted = "d.status = 3";

    private static readonly Sql KeysOf = new(
        "SELECT key FROM outbox_endpoint WHERE (?1 IS NULL OR id = ?1) AND (?2 IS NULL OR tenant = ?2) AND deleted_at IS NULL ORDER BY key");

    private readonly SqliteSession _session;
    private readonly int _limit;
    private readonly string _keys;
    private readonly string _of;

    private SqliteOpenWork(SqliteSession session, OpenWorkFilter filter, int limit)
    {
        _session = session;
        _limit = limit;
        _keys = Keys(session, filter);
        _of = filter is { EndpointId: null, EndpointTenant: null } ? "" : $" AND d.endpoint_key IN ({_keys})";
    }

    public static OpenWork Count(SqliteSession session, OpenWorkFilter filter, int limit, long now) => new SqliteOpenWork(session, filter, limit).Count(now);

    private OpenWork Count(long now)
    {
        var late = string.Create(CultureInfo.InvariantCulture, $"d.status = 0 AND d.gate = 1 AND d.due_at <= {now}");
        var later = string.Create(CultureInfo.InvariantCulture, $"d.status = 0 AND d.gate = 1 AND d.due_at > {now}");
        return new OpenWork
        {
            Ready = Bounded([Due, late]),
            Scheduled = Bounded([later, Queued]),
            // Few are on the wire: those are read, and not all that these endpoints ever had.
            Delivering = Bounded([Delivering], _of.Replace("d.endpoint_key", "+d.endpoint_key", StringComparison.Ordinal)),
            Parked = Bounded([Parked]),
            Exhausted = Bounded([Exhausted]),
            OldestDueAt = Oldest(late, now),
        };
    }

    private BoundedCount Bounded(ReadOnlySpan<string> parts, string? of = null)
    {
        long found = 0;
        foreach (var part in parts)
        {
            found += Number($"SELECT count(*) FROM (SELECT 1 FROM outbox_delivery d WHERE {part}{of ?? _of} LIMIT {_limit + 1L})") ?? 0;
        }

        return BoundedCount.Of(found, _limit);
    }

    /// <summary>The oldest that could be sent and is not. Each lane begins with its oldest.</summary>
    private DateTimeOffset? Oldest(string late, long now)
    {
        var lane = Number(
            $"""
            SELECT min((SELECT d.due_at FROM outbox_delivery d WHERE {Due} AND d.endpoint_key = e.key ORDER BY d.due_at LIMIT 1))
            FROM outbox_endpoint e WHERE e.key IN ({_keys}) AND {SqliteBacklog.TakesAll}
            """);
        var timed = Number(
            $"""
            SELECT d.due_at FROM outbox_delivery d CROSS JOIN outbox_endpoint e ON e.key = d.endpoint_key
            WHERE {late}{_of} AND {SqliteBacklog.TakesAll} ORDER BY d.due_at LIMIT 1
            """);
        var oldest = Math.Min(lane ?? now + 1, timed ?? now + 1);
        return oldest <= now ? DateTimeOffset.FromUnixTimeMilliseconds(oldest) : null;
    }

    private long? Number(string sql)
    {
        using var row = _session.Prepare(sql);
        return row.Step() ? row.Int64OrNull(0) : null;
    }

    private static string Keys(SqliteSession session, OpenWorkFilter filter)
    {
        var keys = new List<long>();
        var rows = session.Use(KeysOf).Bind(1, filter.EndpointId).Bind(2, filter.EndpointTenant);
        while (rows.Step())
        {
            keys.Add(rows.Int64(0));
        }

        return string.Join(',', keys);
    }
}
