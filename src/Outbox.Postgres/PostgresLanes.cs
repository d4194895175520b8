namespace Outbox.Postgres;

/// <summary>The endpoints with ready deliveries, as SQL.</summary>
internal static class PostgresLanes
{
    /// <summary>
    /// Whether the endpoint <c>e</c> is in use. In one expression: with <c>deleted_at is null</c> by itself the planner may read all of
    /// the index by scope for each lane, which holds under the same condition and looks as cheap as the key while the table is small.
    /// </summary>
    public const string IsActive = "coalesce(e.disabled_at, e.deleted_at) is null";

    /// <summary>
    /// The blocked endpoints as runs of neighbouring keys, in two arrays: a walk that jumps over each run costs about the same beside ten thousand
    /// of them as beside none.
    /// </summary>
    public static string Blocked(PostgresDatabase database) =>
        $"""
        blocked as materialized (
          select array_agg(r.first order by r.first) as firsts, array_agg(r.last order by r.first) as lasts
          from (
            select min(k.key) as first, max(k.key) as last
            from (
              select e.key, e.key - row_number() over (order by e.key) as run from {database.Schema}.outbox_endpoint e
              where e.failures > 0 and e.blocked_until > {database.Schema}.outbox_now()) k
            group by k.run) r)
        """;

    /// <summary>The key after which the walk goes on: the end of the run of blocked endpoints that begins behind <paramref name="key"/>, else the key.</summary>
    public static string After(string key) =>
        $"greatest({key}, (select lasts from blocked)[width_bucket({key} + 1, (select firsts from blocked))])";

    /// <summary>
    /// A loose index scan over them, for <c>with recursive</c>: from one endpoint's first ready delivery to the next one's, without reading what
    /// lies between, and only as far as its rows are asked for. What is leased is stepped over; that is mostly the first ones of a lane.
    /// </summary>
    public static string Walk(PostgresDatabase database) =>
        $"""
        {Blocked(database)},
        walk (endpoint_key) as (
          (select d.endpoint_key from {database.Schema}.outbox_delivery d where d.status = 0 and d.gate = 0 and not d.leased order by d.endpoint_key limit 1)
          union all
          select (
            select d.endpoint_key from {database.Schema}.outbox_delivery d
            where d.status = 0 and d.gate = 0 and not d.leased and d.endpoint_key > {After("w.endpoint_key")}
            order by d.endpoint_key limit 1)
          from walk w where w.endpoint_key is not null)
        """;

    /// <summary>Whether the endpoint <c>e</c> is neither blocked nor paced. Paced for longer than a second: the clock was set back since.</summary>
    public static string IsOpen(PostgresDatabase database) =>
        $"""
        (e.blocked_until is null or e.blocked_until <= {database.Schema}.outbox_now())
        and (e.paced_until is null or e.paced_until <= {database.Schema}.outbox_now() or e.paced_until > {database.Schema}.outbox_now() + interval '1 second')
        """;
}
