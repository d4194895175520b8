namespace Outbox.Postgres;

/// <summary>Stores what a batch of settlements says about their endpoints, as a part of the statement that stores them.</summary>
internal static class PostgresHealth
{
    /// <summary>
    /// The common table expressions after <c>s</c>, the settlements, and <c>settled</c>, those that were stored. <c>health</c> has a row for each
    /// endpoint that changed; its opener is the place of a settlement that ended a block.
    /// </summary>
    /// <remarks>
    /// It never waits: a put in a caller's open transaction may have the endpoint's row. A failure that is not counted then does no harm, and a
    /// half-open endpoint whose success is not stored is tried again when its lease has run out.
    /// </remarks>
    public static string Changes(PostgresDatabase database) =>
        $"""
        said as materialized (
          select d.endpoint_key, array_agg(d.key) as keys,
            bool_or(s.ends_failures) as ends_failures,
            min(s.place) filter (where s.ends_block) as opener,
            case when not bool_or(s.ends_failures) then count(*) filter (where s.counts_failure)::int else 0 end as failures,
            min(s.block_from) as block_from,
            max(s.block_for) * interval '1 microsecond' as block_for
          from settled d join s on s.place = d.place
          group by d.endpoint_key),
        touched as materialized (
          select e.key, y.failures, y.block_from, y.block_for, y.opener,
            y.ends_failures and (e.blocked_until is null or y.opener is not null) as is_well,
            e.blocked_until is not null as was_blocked,
            coalesce(e.probe_key = any(y.keys), false) as was_tried
          from said y join {database.Schema}.outbox_endpoint e on e.key = y.endpoint_key
          where e.failures > 0 or y.failures > 0
          for update of e skip locked),
        health as (
          update {database.Schema}.outbox_endpoint e set
            failures = case when t.is_well then 0 else e.failures + t.failures end,
            failing_since = case when not t.is_well then coalesce(e.failing_since, {database.Schema}.outbox_now()) end,
            blocked_until = case when not t.is_well then greatest(
              case when t.was_tried then {database.Schema}.outbox_now() else e.blocked_until end,
              case when t.failures > 0 and e.failures + t.failures >= t.block_from then {database.Schema}.outbox_now() + t.block_for end) end,
            probe_key = case when not t.is_well and not t.was_tried then e.probe_key end
          from touched t where e.key = t.key
          returning case when t.is_well and t.was_blocked then t.opener end as opener)
        """;
}
