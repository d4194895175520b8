using System.Globalization;

namespace Outbox.AspNetCore.Tests;

/// <summary>
/// A full database, written as SQL because enqueuing a million events takes an hour: 500 endpoints of 20 tenants and the platform's own, of the
/// deliveries 97 % delivered, the others of every kind; and a day's minutes and a week's hours of what was done.
/// </summary>
internal static class ScaleSeed
{
    /// <summary>What the pages ask for, filters that find much and filters that find nothing among them.</summary>
    public static readonly string[] Pages =
    [
        "session", "overview", "overview?window=24h", "overview?window=7d", "activity?window=24h", "activity?endpoint=ep_112&window=24h",
        "endpoints", "endpoints?search=host-10", "endpoints?state=failing", "endpoints/ep_112",
        "deliveries", "deliveries?limit=200", "deliveries?status=delivered", "deliveries?status=exhausted", "deliveries?status=open",
        "deliveries?status=waiting", "deliveries?status=parked", "deliveries?status=cancelled", "deliveries?endpoint=ep_112",
        "deliveries?endpoint=ep_112&status=exhausted", "deliveries?type=call.failed", "deliveries?type=no.such", "deliveries?subject=call_1000",
        "deliveries?tenant=t7", "deliveries?tenant=no-such", "deliveries?error=timeout", "deliveries?error=503", "deliveries?error=418",
        "deliveries?search=c", "deliveries?search=call_1000", "deliveries?search=zzz",
        "deliveries?search=call_1", "deliveries?search=call_1&status=delivered", "deliveries?error=204", "deliveries?endpoint=ep_112&type=no.such",
        "deliveries?from=2026-01-01T00:00:00Z&until=2026-01-01T00:01:00Z",
        "deliveries?from=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z", "deliveries?type=call.ended&status=exhausted&tenant=t7",
        "deliveries/count", "deliveries/count?status=delivered", "deliveries/count?status=exhausted", "deliveries/count?type=call.failed",
        "deliveries/count?error=418", "deliveries/count?search=call_1", "deliveries/count?search=call_1&status=delivered", "deliveries/count?type=call.ended",
        "operations", "event-types", "profiles",
    ];

    private const long Start = 1_767_225_600_000; // 2026-01-01 in Unix milliseconds; a delivery every 100 ms

    public static IEnumerable<string> Sqlite(int count)
    {
        var numbers = string.Create(CultureInfo.InvariantCulture, $"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
        yield return "PRAGMA synchronous = OFF";
        yield return
            """
            WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 500)
            INSERT INTO outbox_endpoint (key, id, tenant, scope, url, profile, ship_transcript, secrets, created_at, failures, failing_since)
            SELECT i, 'ep_' || i, CASE WHEN i % 21 < 20 THEN 't' || (i % 21) END, 'all', 'https://host-' || i || '.example/hooks', 'standard', 1, x'', 1767225600000,
                CASE WHEN i % 50 = 0 THEN 3 ELSE 0 END, CASE WHEN i % 50 = 0 THEN 1767225600000 END
            FROM n
            """;
        yield return
            $"""
            {numbers}
            INSERT INTO outbox_event (key, id, type, tenant, subject, scopes, occurred_at, enqueued_at, data)
            SELECT i, printf('evt_%020d', i), CASE WHEN i % 1000 = 0 THEN 'call.failed' ELSE 'call.ended' END,
                CASE WHEN (i % 500 + 1) % 21 < 20 THEN 't' || ((i % 500 + 1) % 21) END, 'call_' || (i / 2), '["all"]', {Start} + i * 100, {Start} + i * 100,
                CAST('{StoredData}' AS BLOB) FROM n
            """;
        yield return
            $"""
            {numbers}, s(i, status) AS (SELECT i, CASE i % 200 WHEN 1 THEN 3 WHEN 2 THEN 3 WHEN 3 THEN 0 WHEN 4 THEN 0 WHEN 5 THEN 4 WHEN 6 THEN 5 ELSE 2 END FROM n)
            INSERT INTO outbox_delivery (key, id, event_key, endpoint_key, type, tenant, status, gate, due_at, attempts, enqueued_at, closed_at, ship_transcript,
                last_status_code, last_error, profile)
            SELECT i, printf('dlv_%020d%04x', i, i % 500 + 1), i, i % 500 + 1, CASE WHEN i % 1000 = 0 THEN 'call.failed' ELSE 'call.ended' END,
                CASE WHEN (i % 500 + 1) % 21 < 20 THEN 't' || ((i % 500 + 1) % 21) END, status, CASE WHEN status = 4 OR i % 400 = 4 THEN 1 ELSE 0 END,
                {Start} + i * 100, CASE WHEN status IN (2, 3) THEN 1 ELSE 0 END, {Start} + i * 100, CASE WHEN status IN (2, 3, 5) THEN {Start} + i * 100 END, 1,
                CASE status WHEN 2 THEN 200 WHEN 3 THEN CASE i % 200 WHEN 1 THEN 503 END END, CASE WHEN status = 3 AND i % 200 = 2 THEN 'timeout' END, 'standard'
            FROM s
            """;
        yield return
            $"""
            INSERT INTO outbox_attempt (delivery_key, number, started_at, duration_ms, status_code, error, excerpt)
            SELECT key, 1, enqueued_at, 80, last_status_code, last_error, 'ok' FROM outbox_delivery WHERE attempts = 1 ORDER BY key
            """;
        yield return
            """
            WITH RECURSIVE m(j) AS (VALUES (0) UNION ALL SELECT j + 1 FROM m WHERE j < 1439),
                now(minute) AS (SELECT unixepoch() / 60),
                e(id) AS (SELECT id FROM outbox_endpoint WHERE key <= 200 UNION ALL SELECT '')
            INSERT INTO outbox_activity SELECT e.id, 0, (minute - j) * 60000, 10, 9, 0, '0,0,0,9,1,0,0,0,0,0,0,0' FROM m, now, e
            """;
        yield return
            """
            WITH RECURSIVE m(j) AS (VALUES (0) UNION ALL SELECT j + 1 FROM m WHERE j < 167),
                now(hour) AS (SELECT unixepoch() / 3600),
                e(id) AS (SELECT id FROM outbox_endpoint UNION ALL SELECT '')
            INSERT INTO outbox_activity SELECT e.id, 1, (hour - j) * 3600000, 600, 540, 0, '0,0,0,540,60,0,0,0,0,0,0,0' FROM m, now, e
            """;
    }

    public static IEnumerable<string> Postgres(int count)
    {
        const string Schema = "outbox";
        var tenant = "case when (i % 500 + 1) % 21 < 20 then 't' || ((i % 500 + 1) % 21) end";
        var at = "timestamptz '2026-01-01 00:00Z' + i * interval '100 milliseconds'";
        yield return
            $"""
            insert into {Schema}.outbox_endpoint (id, tenant, scope, url, profile, ship_transcript, secrets, created_at, failures, failing_since)
            select 'ep_' || i, case when i % 21 < 20 then 't' || (i % 21) end, 'all', 'https://host-' || i || '.example/hooks', 'standard', true, '', now(),
              case when i % 50 = 0 then 3 else 0 end, case when i % 50 = 0 then now() end
            from generate_series(1, 500) i order by i
            """;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            insert into {Schema}.outbox_event (id, type, tenant, subject, scopes, occurred_at, enqueued_at, data)
            select 'evt_' || lpad(i::text, 20, '0'), case when i % 1000 = 0 then 'call.failed' else 'call.ended' end, {tenant}, 'call_' || (i / 2), array['all'],
              {at}, {at}, '{StoredData}'
            from generate_series(1, {count}) i order by i
            """);
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            insert into {Schema}.outbox_delivery (event_key, endpoint_key, status, gate, due_at, attempts, enqueued_at, closed_at, ship_transcript, last_status_code, last_error, profile)
            select i, i % 500 + 1, status, case when status = 4 or i % 400 = 4 then 1 else 0 end, {at}, case when status in (2, 3) then 1 else 0 end, {at},
              case when status in (2, 3, 5) then {at} end, true, case status when 2 then 200 when 3 then case i % 200 when 1 then 503 end end,
              case when status = 3 and i % 200 = 2 then 'timeout' end, 'standard'
            from (select i, case i % 200 when 1 then 3 when 2 then 3 when 3 then 0 when 4 then 0 when 5 then 4 when 6 then 5 else 2 end as status from generate_series(1, {count}) i) s
            order by i
            """);
        yield return
            $"""
            insert into {Schema}.outbox_attempt (delivery_key, number, started_at, duration_ms, status_code, error, excerpt)
            select key, 1, enqueued_at, 80, last_status_code, last_error, 'ok' from {Schema}.outbox_delivery where attempts = 1
            """;
        yield return
            $$"""
            insert into {{Schema}}.outbox_activity
            select e.id, 0, date_trunc('minute', now()) - j * interval '1 minute', 10, 9, 0, '{0,0,0,9,1,0,0,0,0,0,0,0}'
            from generate_series(0, 1439) j, (select id from {{Schema}}.outbox_endpoint where key <= 200 union all select '') e
            """;
        yield return
            $$"""
            insert into {{Schema}}.outbox_activity
            select e.id, 1, date_trunc('hour', now()) - j * interval '1 hour', 600, 540, 0, '{0,0,0,540,60,0,0,0,0,0,0,0}'
            from generate_series(0, 167) j, (select id from {{Schema}}.outbox_endpoint union all select '') e
            """;
        yield return "vacuum analyze";
    }

    private const string StoredData = """{"id":"call_example","from":"+16473705600","to":"+14165550123","status":"completed","durationSeconds":192,"recordingAvailable":true}""";
}
