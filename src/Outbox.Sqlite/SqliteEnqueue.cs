using System.Text;
using System.Text.Json;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>Stores an event, its holds, and one delivery for each endpoint that matches.</summary>
internal sealed class SqliteEnqueue(SqliteDatabase database)
{
    /// <summary>The number of the fan-out's first scope parameter.</summary>
    private const int FirstScope = 9;

    private static readonly Sql InsertEvent = new(
        """
        INSERT INTO outbox_event (id, type, tenant, subject, scopes, ordering_key, idempotency_key, occurred_at, enqueued_at, headers, trace_parent, data)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        ON CONFLICT (coalesce(tenant, ''), idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
        """);

    private static readonly Sql InsertHold = new("INSERT INTO outbox_hold (event_key, artifact, deadline) VALUES (?1, ?2, ?3)");

    private static readonly Sql FirstWithKey = new(
        "SELECT key, id FROM outbox_event WHERE coalesce(tenant, '') = coalesce(?1, '') AND idempotency_key = ?2 AND idempotency_key IS NOT NULL");

    private static readonly Sql DeliveriesOf = new("SELECT id FROM outbox_delivery WHERE event_key = ?1 ORDER BY endpoint_key");

    /// <summary>The fan-out, by how many scopes it has room for: an event with fewer repeats its last one.</summary>
    private static readonly Sql[] FanOut = [.. new[] { 4, 8, 16, 64 }.Select(scopes => FanOutTo(scopes, ordered: false))];

    private static readonly Sql ToOne = FanOutTo("e.id = ?9", ordered: false);

    private static readonly Sql OrderedToOne = FanOutTo("e.id = ?9", ordered: true);

    private static readonly Sql[] OrderedFanOut = [.. new[] { 4, 8, 16, 64 }.Select(scopes => FanOutTo(scopes, ordered: true))];

    public EnqueueResult Store(SqliteSession session, NewEvent newEvent)
    {
        var now = database.Now;
        var inserted = session.Use(InsertEvent)
            .Bind(1, newEvent.Id)
            .Bind(2, newEvent.Type)
            .Bind(3, newEvent.Tenant)
            .Bind(4, newEvent.Subject)
            .Bind(5, ScopesAsJson(newEvent.Scopes))
            .Bind(6, newEvent.OrderingKey)
            .Bind(7, newEvent.IdempotencyKey)
            .Bind(8, newEvent.OccurredAt?.ToUnixTimeMilliseconds() ?? now)
            .Bind(9, now)
            .Bind(10, newEvent.Headers)
            .Bind(11, newEvent.TraceParent)
            .Bind(12, newEvent.Data.Span)
            .Run();
        if (inserted == 0)
        {
            return First(session, newEvent);
        }

        var eventKey = session.LastInsertKey;
        var dueAt = now;
        foreach (var hold in newEvent.Holds)
        {
            var deadline = now + (long)hold.Deadline.TotalMilliseconds;
            dueAt = Math.Max(dueAt, deadline);
            session.Use(InsertHold).Bind(1, eventKey).Bind(2, hold.Artifact).Bind(3, deadline).Run();
        }

        return new EnqueueResult(newEvent.Id, InsertDeliveries(session, newEvent, eventKey, now, dueAt), IsDuplicate: false);
    }

    private static List<string> InsertDeliveries(SqliteSession session, NewEvent newEvent, long eventKey, long now, long dueAt)
    {
        if (newEvent.OnlyEndpointId is { } only)
        {
            return Insert(Bind(session.Use(newEvent.OrderingKey is null ? ToOne : OrderedToOne)).Bind(FirstScope, only));
        }

        var scopes = newEvent.Scopes;
        if (scopes.Count == 0)
        {
            return [];
        }

        var (size, room) = scopes.Count switch
        {
            <= 4 => (0, 4),
            <= 8 => (1, 8),
            <= 16 => (2, 16),
            <= 64 => (3, 64),
            _ => throw new ArgumentException($"An event has at most 64 scopes, this one has {scopes.Count}.", nameof(newEvent)),
        };
        var insert = Bind(session.Use((newEvent.OrderingKey is null ? FanOut : OrderedFanOut)[size]));
        for (var i = 0; i < room; i++)
        {
            insert.Bind(FirstScope + i, scopes[Math.Min(i, scopes.Count - 1)]);
        }

        return Insert(insert);

        Statement Bind(Statement statement) => statement
            .Bind(1, DeliveryIds.Prefix(newEvent.Id))
            .Bind(2, eventKey)
            .Bind(3, dueAt)
            .Bind(4, newEvent.OrderingKey)
            .Bind(5, now)
            .Bind(6, newEvent.Tenant)
            .Bind(7, newEvent.Type)
            .Bind(8, newEvent.Holds.Count > 0);

        // Read back by the event: RETURNING would take longer.
        List<string> Insert(Statement statement) => statement.Run() > 0 ? DeliveryIdsOf(session, eventKey) : [];
    }

    private static List<string> DeliveryIdsOf(SqliteSession session, long eventKey)
    {
        var ids = new List<string>(1);
        var rows = session.Use(DeliveriesOf).Bind(1, eventKey);
        while (rows.Step())
        {
            ids.Add(rows.Text(0));
        }

        return ids;
    }

    private static EnqueueResult First(SqliteSession session, NewEvent newEvent)
    {
        var first = session.Use(FirstWithKey).Bind(1, newEvent.Tenant).Bind(2, newEvent.IdempotencyKey);
        first.Step();
        var (key, id) = (first.Int64(0), first.Text(1));
        first.Reset();

        return new EnqueueResult(id, DeliveryIdsOf(session, key), IsDuplicate: true);
    }

    private static Sql FanOutTo(int scopes, bool ordered) =>
        FanOutTo(
            $"""
            e.scope IN ({string.Join(", ", Enumerable.Range(FirstScope, scopes).Select(i => $"?{i}"))})
                AND (e.expires_at IS NULL OR e.expires_at > ?5)
                AND (e.event_types IS NULL OR instr(e.event_types, ',' || ?7 || ',') > 0)
            """,
            ordered);

    private static Sql FanOutTo(string matching, bool ordered)
    {
        // Only an ordered event asks what it queues behind: the question alone would make SQLite keep the matches in a table first.
        var gate = "CASE WHEN ?8 OR e.disabled_at IS NOT NULL THEN 1 ELSE 0 END";
        if (ordered)
        {
            gate =
                $"""
                CASE WHEN EXISTS (
                    SELECT 1 FROM outbox_delivery
                    WHERE endpoint_key = e.key AND ordering_key = ?4 AND ordering_key IS NOT NULL AND status IN (0, 1, 4)) THEN 2
                ELSE {gate} END
                """;
        }

        return new Sql(
            $"""
            INSERT INTO outbox_delivery (id, event_key, endpoint_key, type, tenant, status, gate, due_at, enqueued_at, ship_transcript, profile, ordering_key)
            SELECT ?1 || printf('%04x', e.key), ?2, e.key, ?7, ?6, CASE WHEN e.disabled_at IS NULL THEN 0 ELSE 4 END, {gate},
                ?3, ?5, e.ship_transcript, e.profile, ?4
            FROM outbox_endpoint e
            WHERE {matching} AND e.deleted_at IS NULL AND (e.tenant IS NULL OR e.tenant = ?6)
            ORDER BY e.key
            """);
    }

    private static string ScopesAsJson(IReadOnlyList<string> scopes)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var scope in scopes)
            {
                json.WriteStringValue(scope);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
