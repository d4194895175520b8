using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>An endpoint with deliveries that are ready, and how many more it may take.</summary>
internal sealed record Lane(long Key, ClaimedEndpoint Endpoint)
{
    public int Room { get; set; }

    public bool HasMore { get; set; } = true;
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
        SELECT e.key, e.id, e.max_in_flight, e.url, e.tenant, e.secrets
        FROM lane CROSS JOIN outbox_endpoint e ON e.key = lane.endpoint_key
        WHERE lane.endpoint_key <= ?2 AND e.disabled_at IS NULL AND e.deleted_at IS NULL
        """);

    /// <summary>Where the last claim ended. A hint: a restart, which forgets it, only changes whose turn it is.</summary>
    private long _lastServed;

    /// <summary>Whether any lane has a delivery that may be claimed, and whether one has only deliveries that have no room.</summary>
    public (bool Claimable, bool Full) Look(SqliteSession session, ClaimRequest request)
    {
        var lanes = new List<Lane>(1);
        var full = Collect(session, request, atMost: 1, lanes);
        return (lanes.Count > 0, full);
    }

    /// <summary>Adds the next lanes with room, beginning after the one that was served last.</summary>
    /// <returns>True where a lane was passed over because it has no room.</returns>
    public bool Collect(SqliteSession session, ClaimRequest request, int atMost, List<Lane> lanes)
    {
        var start = _lastServed;
        var full = Collect(session, request, start, long.MaxValue, atMost, lanes);
        return start > 0 && lanes.Count < atMost
            ? Collect(session, request, 0, start, atMost, lanes) || full
            : full;
    }

    public void Served(Lane lane) => _lastServed = lane.Key;

    private static bool Collect(SqliteSession session, ClaimRequest request, long after, long until, int atMost, List<Lane> lanes)
    {
        var full = false;
        var rows = session.Use(Walk).Bind(1, after).Bind(2, until);
        while (lanes.Count < atMost && rows.Step())
        {
            var id = rows.Text(1);
            var room = (rows.Int32OrNull(2) ?? request.LimitPerEndpoint) - request.InFlight.GetValueOrDefault(id);
            if (room <= 0)
            {
                full = true;
                continue;
            }

            var endpoint = new ClaimedEndpoint { Id = id, Url = rows.Text(3), Tenant = rows.TextOrNull(4), Secrets = rows.Bytes(5) };
            lanes.Add(new Lane(rows.Int64(0), endpoint) { Room = room });
        }

        rows.Reset();
        return full;
    }
}
