using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>An endpoint with deliveries that are ready, and how many more it may take.</summary>
internal sealed record Lane(long Key, ClaimedEndpoint Endpoint)
{
    public int Room { get; set; }

    public bool HasMore { get; set; } = true;

    /// <summary>How many may be claimed of it by one claim at most: it is half-open or paced; null: any number.</summary>
    public int? Portion { get; init; }

    public bool HalfOpen { get; init; }

    public int? MaxPerSecond { get; init; }

    public int Taken { get; set; }
}

/// <summary>
/// Walks the endpoints that have ready deliveries, round robin: it seeks from one endpoint's first row to the next one's, so an endpoint costs
/// one seek however long its backlog.
/// </summary>
internal sealed class SqliteLanes
{
    private static readonly Sql Walk = new(
        """
        WITH RECURSIVE lane (endpoint_key) AS (
            SELECT min(endpoint_key) FROM outbox_delivery WHERE status = 0 AND gate = 0 AND endpoint_key > ?1
            UNION ALL
            SELECT (SELECT min(d.endpoint_key) FROM outbox_delivery d WHERE d.status = 0 AND d.gate = 0 AND d.endpoint_key > lane.endpoint_key)
            FROM lane WHERE lane.endpoint_key < ?2
        )
        SELECT e.key, e.id, e.max_in_flight, e.url, e.tenant, e.secrets, e.failures, e.failing_since, e.blocked_until, e.max_per_second
        FROM lane CROSS JOIN outbox_endpoint e ON e.key = lane.endpoint_key
        WHERE lane.endpoint_key <= ?2 AND e.disabled_at IS NULL AND e.deleted_at IS NULL
            AND (e.blocked_until IS NULL OR e.blocked_until <= ?3)
            AND (e.paced_until IS NULL OR e.paced_until NOT BETWEEN ?3 + 1 AND ?3 + 1000) -- further ahead: the clock was set back since
        """);

    /// <summary>Where the last claim ended. A hint: a restart, which forgets it, only changes whose turn it is.</summary>
    private long _lastServed;

    /// <summary>Whether any lane has a delivery that may be claimed, and whether one has only deliveries that have no room.</summary>
    public (bool Claimable, bool Full) Look(SqliteSession session, ClaimRequest request, long now, IReadOnlyList<long> blocked)
    {
        var lanes = new List<Lane>(1);
        var full = Collect(session, request, now, blocked, atMost: 1, lanes);
        return (lanes.Count > 0, full);
    }

    /// <summary>Adds the next open lanes with room, beginning after the one that was served last.</summary>
    /// <returns>True where a lane was passed over because it has no room.</returns>
    public bool Collect(SqliteSession session, ClaimRequest request, long now, IReadOnlyList<long> blocked, int atMost, List<Lane> lanes)
    {
        var full = false;
        foreach (var (after, until) in SqliteBlocks.Between(blocked, _lastServed, long.MaxValue).Concat(SqliteBlocks.Between(blocked, 0, _lastServed)))
        {
            if (lanes.Count == atMost)
            {
                break;
            }

            full |= Collect(session, request, now, after, until, atMost, lanes);
        }

        return full;
    }

    public void Served(Lane lane) => _lastServed = lane.Key;

    private static bool Collect(SqliteSession session, ClaimRequest request, long now, long after, long until, int atMost, List<Lane> lanes)
    {
        var full = false;
        var rows = session.Use(Walk).Bind(1, after).Bind(2, until).Bind(3, now);
        while (lanes.Count < atMost && rows.Step())
        {
            var id = rows.Text(1);
            var room = Math.Min(rows.Int32OrNull(2) ?? request.LimitPerEndpoint, request.MostPerEndpoint) - request.InFlight.GetValueOrDefault(id);
            if (room <= 0)
            {
                full = true;
                continue;
            }

            lanes.Add(Read(rows, id, room, now));
        }

        rows.Reset();
        return full;
    }

    private static Lane Read(Statement row, string id, int room, long now)
    {
        var endpoint = new ClaimedEndpoint
        {
            Id = id,
            Url = row.Text(3),
            Tenant = row.TextOrNull(4),
            Secrets = row.Bytes(5),
            FailuresInARow = row.Int32(6),
            FailingFor = TimeSpan.FromMilliseconds(now - (row.Int64OrNull(7) ?? now)),
        };
        var (halfOpen, perSecond) = (!row.IsNull(8), row.Int32OrNull(9));
        int? portion = halfOpen ? 1 : perSecond is { } most ? Math.Max(1, most / 10) : null;
        return new Lane(row.Int64(0), endpoint)
        {
            Room = portion < room ? portion.Value : room,
            Portion = portion,
            HalfOpen = halfOpen,
            MaxPerSecond = perSecond,
        };
    }
}
