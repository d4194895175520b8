using System.Text.Json;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Reads deliveries for people.</summary>
internal static class SqliteDeliveryReader
{
    /// <summary>The joins keep their order: the filter's index finds the deliveries, and each one's event and endpoint are looked up.</summary>
    public const string Select =
        """
        SELECT d.key, d.id, v.id, v.type, v.tenant, v.subject, e.id, d.profile, d.status, d.due_at, d.attempts, d.last_status_code, d.last_error,
            v.occurred_at, d.enqueued_at, d.closed_at, d.event_key
        FROM outbox_delivery d CROSS JOIN outbox_event v ON v.key = d.event_key CROSS JOIN outbox_endpoint e ON e.key = d.endpoint_key
        """;

    private static readonly Sql One = new($"{Select} WHERE d.id = ?1");

    private static readonly Sql ContentOf = new(
        """
        SELECT v.data, v.headers, v.scopes, v.ordering_key, v.idempotency_key, v.erased_at, d.ship_transcript
        FROM outbox_delivery d CROSS JOIN outbox_event v ON v.key = d.event_key WHERE d.key = ?1
        """);

    private static readonly Sql HoldsOf = new(
        "SELECT artifact, deadline, released_at FROM outbox_hold WHERE event_key = ?1 ORDER BY deadline, artifact");

    private static readonly Sql HeldFor = new(
        """
        SELECT artifact FROM outbox_hold
        WHERE event_key = ?1 AND released_at IS NULL AND deadline > ?2
            AND NOT EXISTS (SELECT 1 FROM outbox_delivery WHERE event_key = ?1 AND lease_token > 0)
        ORDER BY artifact
        """);

    private static readonly Sql Attempts = new(
        """
        SELECT number, started_at, duration_ms, status_code, error, detail, excerpt, next_at
        FROM outbox_attempt WHERE delivery_key = ?1 ORDER BY number
        """);

    private static readonly Sql HeldArtifacts = new(
        """
        SELECT v.id, v.tenant, v.subject, h.artifact, h.deadline
        FROM outbox_hold h CROSS JOIN outbox_event v ON v.key = h.event_key
        WHERE h.released_at IS NULL AND h.deadline > ?1 AND v.subject IS NOT NULL
            AND EXISTS (SELECT 1 FROM outbox_delivery WHERE event_key = h.event_key AND status IN (0, 4))
            AND NOT EXISTS (SELECT 1 FROM outbox_delivery WHERE event_key = h.event_key AND lease_token > 0)
        ORDER BY h.deadline, h.event_key LIMIT ?2
        """);

    public static DeliveryInfo Read(SqliteSession session, Statement row, long now)
    {
        var status = (DeliveryStatus)row.Int32(8);
        return new DeliveryInfo
        {
            Id = row.Text(1),
            EventId = row.Text(2),
            EventType = row.Text(3),
            Tenant = row.TextOrNull(4),
            Subject = row.TextOrNull(5),
            EndpointId = row.Text(6),
            Profile = row.Text(7),
            Status = status,
            DueAt = status == DeliveryStatus.Waiting ? row.Time(9) : null,
            Attempts = row.Int32(10),
            LastStatusCode = row.Int32OrNull(11),
            LastError = row.TextOrNull(12),
            OccurredAt = row.Time(13),
            EnqueuedAt = row.Time(14),
            ClosedAt = row.TimeOrNull(15),
            HeldFor = status is DeliveryStatus.Waiting or DeliveryStatus.Parked ? ReadHeldFor(session, row.Int64(16), now) : [],
        };
    }

    public static DeliveryDetails? Details(SqliteSession session, string id, long now)
    {
        var row = session.Use(One).Bind(1, id);
        if (!row.Step())
        {
            return null;
        }

        var (key, eventKey, info) = (row.Int64(0), row.Int64(16), Read(session, row, now));
        row.Reset();
        var content = session.Use(ContentOf).Bind(1, key);
        content.Step();
        var details = new DeliveryDetails(info, content.Bytes(0), ReadAttempts(session, key))
        {
            Headers = content.TextOrNull(1),
            Scopes = ScopesOf(content.Text(2)),
            OrderingKey = content.TextOrNull(3),
            IdempotencyKey = content.TextOrNull(4),
            ErasedAt = content.TimeOrNull(5),
            ShipTranscript = content.Flag(6),
            Holds = ReadHolds(session, eventKey),
        };
        content.Reset();
        return details;
    }

    public static List<HeldArtifact> Held(SqliteSession session, int limit, long now)
    {
        var held = new List<HeldArtifact>();
        var rows = session.Use(HeldArtifacts).Bind(1, now).Bind(2, limit);
        while (rows.Step())
        {
            held.Add(new HeldArtifact(rows.Text(0), rows.TextOrNull(1), rows.Text(2), rows.Text(3), rows.Time(4)));
        }

        return held;
    }

    private static List<string> ReadHeldFor(SqliteSession session, long eventKey, long now)
    {
        var artifacts = new List<string>();
        var rows = session.Use(HeldFor).Bind(1, eventKey).Bind(2, now);
        while (rows.Step())
        {
            artifacts.Add(rows.Text(0));
        }

        return artifacts;
    }

    private static string[] ScopesOf(string json)
    {
        using var scopes = JsonDocument.Parse(json);
        return [.. scopes.RootElement.EnumerateArray().Select(scope => scope.GetString()!)];
    }

    private static List<HoldInfo> ReadHolds(SqliteSession session, long eventKey)
    {
        var holds = new List<HoldInfo>();
        var rows = session.Use(HoldsOf).Bind(1, eventKey);
        while (rows.Step())
        {
            holds.Add(new HoldInfo(rows.Text(0), rows.Time(1), rows.TimeOrNull(2)));
        }

        return holds;
    }

    private static List<AttemptInfo> ReadAttempts(SqliteSession session, long deliveryKey)
    {
        var attempts = new List<AttemptInfo>();
        var rows = session.Use(Attempts).Bind(1, deliveryKey);
        while (rows.Step())
        {
            attempts.Add(new AttemptInfo
            {
                Number = rows.Int32(0),
                StartedAt = rows.Time(1),
                Duration = TimeSpan.FromMilliseconds(rows.Int64(2)),
                StatusCode = rows.Int32OrNull(3),
                Error = rows.TextOrNull(4),
                Detail = rows.TextOrNull(5),
                Excerpt = rows.TextOrNull(6),
                NextAttemptAt = rows.TimeOrNull(7),
            });
        }

        return attempts;
    }
}
