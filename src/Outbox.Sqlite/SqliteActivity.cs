using System.Globalization;
using Outbox.Inspection;

namespace Outbox.Sqlite;

/// <summary>What was done over time: a row for each endpoint and minute, for each endpoint and hour, and the same for all endpoints together.</summary>
internal sealed class SqliteActivity(SqliteDatabase database)
{
    private const string AllEndpoints = "";

    private static readonly Sql One = new(
        "SELECT attempts, delivered, exhausted, latency FROM outbox_activity WHERE endpoint = ?1 AND grain = ?2 AND start = ?3");

    private static readonly Sql Put = new(
        """
        INSERT INTO outbox_activity (endpoint, grain, start, attempts, delivered, exhausted, latency) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT DO UPDATE SET attempts = ?4, delivered = ?5, exhausted = ?6, latency = ?7
        """);

    private static readonly Sql Strip = new("SELECT strip FROM outbox_recent WHERE endpoint = ?1");
    private static readonly Sql PutStrip = new("INSERT INTO outbox_recent (endpoint, strip) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET strip = ?2");

    private static readonly Sql Points = new(
        """
        SELECT attempts, delivered, exhausted, latency, start FROM outbox_activity
        WHERE endpoint = ?1 AND grain = ?2 AND start >= ?3 AND start < ?4 ORDER BY start
        """);

    private static readonly Sql PointsOfTenant = new(
        """
        SELECT a.attempts, a.delivered, a.exhausted, a.latency, a.start
        FROM outbox_endpoint e CROSS JOIN outbox_activity a ON a.endpoint = e.id
        WHERE e.tenant = ?1 AND (?5 IS NULL OR e.id = ?5) AND a.grain = ?2 AND a.start >= ?3 AND a.start < ?4 ORDER BY a.start
        """);

    private static readonly Sql DropPoints = new("DELETE FROM outbox_activity WHERE (grain = 0 AND start < ?1) OR (grain = 1 AND start < ?2)");
    private static readonly Sql DropStrips = new("DELETE FROM outbox_recent WHERE endpoint NOT IN (SELECT id FROM outbox_endpoint WHERE deleted_at IS NULL)");
    private static readonly Sql AnyToDrop = new(
        """
        SELECT EXISTS (SELECT 1 FROM outbox_activity WHERE (grain = 0 AND start < ?1) OR (grain = 1 AND start < ?2))
            OR EXISTS (SELECT 1 FROM outbox_recent WHERE endpoint NOT IN (SELECT id FROM outbox_endpoint WHERE deleted_at IS NULL))
        """);

    public static bool Add(SqliteSession session, IReadOnlyList<EndpointActivity> activity)
    {
        foreach (var one in activity)
        {
            foreach (var endpoint in new[] { one.EndpointId, AllEndpoints })
            {
                Add(session, endpoint, ActivityGrain.Minute, one.Minute, one.Counts);
                Add(session, endpoint, ActivityGrain.Hour, one.Hour, one.Counts);
            }

            session.Use(PutStrip).Bind(1, one.EndpointId).Bind(2, RecentAttempt.Add(StripOf(session, one.EndpointId), one.Recent)).Run();
        }

        return true;
    }

    public static IReadOnlyList<ActivityPoint> Read(SqliteSession session, ActivityFilter filter)
    {
        var rows = filter.EndpointTenant is { } tenant
            ? session.Use(PointsOfTenant).Bind(1, tenant).Bind(5, filter.EndpointId)
            : session.Use(Points).Bind(1, filter.EndpointId ?? AllEndpoints);
        rows.Bind(2, (long)filter.Grain).Bind(3, filter.From).Bind(4, filter.Until);
        var points = new List<ActivityPoint>();
        while (rows.Step())
        {
            var point = new ActivityPoint(rows.Time(4), CountsOf(rows));
            if (points is [.., var last] && last.Start == point.Start)
            {
                points[^1] = last with { Counts = last.Counts.Plus(point.Counts) };
            }
            else
            {
                points.Add(point);
            }
        }

        return points;
    }

    public static IReadOnlyList<EndpointHealth> Health(SqliteSession session, IReadOnlyList<string> endpointIds, DateTimeOffset since)
    {
        var from = since - TimeSpan.FromTicks(since.Ticks % TimeSpan.TicksPerHour);
        var found = new List<EndpointHealth>();
        foreach (var id in endpointIds)
        {
            var filter = new ActivityFilter { Grain = ActivityGrain.Hour, From = from, Until = DateTimeOffset.MaxValue, EndpointId = id };
            var counts = Read(session, filter).Aggregate(ActivityCounts.None, (sum, point) => sum.Plus(point.Counts));
            var strip = RecentAttempt.Parse(StripOf(session, id));
            if (counts.Attempts > 0 || strip.Count > 0)
            {
                found.Add(new EndpointHealth(id, counts, strip));
            }
        }

        return found;
    }

    public async ValueTask PruneAsync(DateTimeOffset minutesBefore, DateTimeOffset hoursBefore, CancellationToken cancellationToken)
    {
        if (database.Read(session => Any(session, minutesBefore, hoursBefore)))
        {
            await database.WriteAsync(
                session =>
                {
                    session.Use(DropPoints).Bind(1, minutesBefore).Bind(2, hoursBefore).Run();
                    return session.Use(DropStrips).Run();
                },
                cancellationToken);
        }
    }

    private static bool Any(SqliteSession session, DateTimeOffset minutesBefore, DateTimeOffset hoursBefore)
    {
        var row = session.Use(AnyToDrop).Bind(1, minutesBefore).Bind(2, hoursBefore);
        row.Step();
        var any = row.Flag(0);
        row.Reset();
        return any;
    }

    private static void Add(SqliteSession session, string endpoint, ActivityGrain grain, DateTimeOffset start, ActivityCounts more)
    {
        var row = session.Use(One).Bind(1, endpoint).Bind(2, (long)grain).Bind(3, start);
        var sum = row.Step() ? CountsOf(row).Plus(more) : more;
        row.Reset();
        session.Use(Put)
            .Bind(1, endpoint).Bind(2, (long)grain).Bind(3, start)
            .Bind(4, sum.Attempts).Bind(5, sum.Delivered).Bind(6, sum.Exhausted).Bind(7, string.Join(',', sum.Latency.Counts))
            .Run();
    }

    private static string StripOf(SqliteSession session, string endpoint)
    {
        var row = session.Use(Strip).Bind(1, endpoint);
        var strip = row.Step() ? row.Text(0) : "";
        row.Reset();
        return strip;
    }

    private static ActivityCounts CountsOf(Statement row) => new()
    {
        Attempts = row.Int64(0),
        Delivered = row.Int64(1),
        Exhausted = row.Int64(2),
        Latency = LatencyHistogram.From([.. row.Text(3).Split(',').Select(count => long.Parse(count, NumberStyles.None, CultureInfo.InvariantCulture))]),
    };
}
