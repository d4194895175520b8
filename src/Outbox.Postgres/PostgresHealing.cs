namespace Outbox.Postgres;

/// <summary>Mends what a jumping clock, a lost race or a dead process left behind. Each host does so at its sweep.</summary>
internal sealed class PostgresHealing(PostgresDatabase database)
{
    private readonly string _tooLate =
        $"""
        update {database.Schema}.outbox_delivery d set due_at = {database.Schema}.outbox_now(), gate = 0
        where d.key in (
          select w.key from {database.Schema}.outbox_delivery w
          where w.status = 0 and w.gate = 1 and w.due_at > {database.Schema}.outbox_now() + $1
          for update skip locked)
        """;

    // Those that queue stay in the queue: their due time counts when they move up.
    private readonly string _queuedTooLate =
        $"""
        update {database.Schema}.outbox_delivery d set due_at = {database.Schema}.outbox_now()
        where d.key in (
          select w.key from {database.Schema}.outbox_delivery w
          where w.status = 0 and w.gate = 2 and w.due_at > {database.Schema}.outbox_now() + $1
          for update skip locked)
        """;

    private readonly string _tooLong =
        $"""
        with over as materialized (
          select d.key, l.until from {database.Schema}.outbox_lease l join {database.Schema}.outbox_delivery d on d.key = l.delivery_key
          where l.until > {database.Schema}.outbox_now() + $1 and d.leased and d.lease_until = l.until
          for update of d skip locked),
        mended as (
          update {database.Schema}.outbox_delivery d set lease_until = {database.Schema}.outbox_now() from over o where d.key = o.key)
        update {database.Schema}.outbox_lease l set until = {database.Schema}.outbox_now()
        from over o where l.until = o.until and l.delivery_key = o.key
        """;

    private readonly string _blockedTooLong =
        $"""
        update {database.Schema}.outbox_endpoint p set blocked_until = {database.Schema}.outbox_now()
        where p.key in (
          select e.key from {database.Schema}.outbox_endpoint e
          where e.failures > 0 and e.blocked_until > {database.Schema}.outbox_now() + $1
          for update skip locked)
        """;

    private readonly string _headless =
        $"""
        select min(q.key) from {database.Schema}.outbox_delivery q where q.gate = 2
        group by q.endpoint_key, q.ordering_key
        having not exists (
          select from {database.Schema}.outbox_delivery h
          where h.endpoint_key = q.endpoint_key and h.ordering_key = q.ordering_key and h.gate <> 2 and h.status in (0, 4))
        """;

    // Parked by an enqueue or a settlement that saw the endpoint disabled while it was enabled.
    private readonly string _forgotten =
        $"""
        update {database.Schema}.outbox_endpoint p set drain_at = {database.Schema}.outbox_now()
        where p.key in (
          select e.key from {database.Schema}.outbox_endpoint e
          where e.drain_at is null and e.disabled_at is null and e.deleted_at is null
            and exists (select from {database.Schema}.outbox_delivery d where d.endpoint_key = e.key and d.status = 4)
          for update skip locked)
        """;

    public async ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken) =>
        await database.Claiming.UseAsync(
            async connection =>
            {
                await connection.RunAsync(_tooLate, [Sql.Duration(longestDelay)], cancellationToken);
                await connection.RunAsync(_queuedTooLate, [Sql.Duration(longestDelay)], cancellationToken);
                await connection.RunAsync(_tooLong, [Sql.Duration(longestLease)], cancellationToken);
                await connection.RunAsync(_blockedTooLong, [Sql.Duration(longestDelay)], cancellationToken);
                await connection.RunAsync(_forgotten, [], cancellationToken);
                var headless = await connection.ReadAsync(_headless, [], row => row.GetInt64(0), cancellationToken);
                await database.Ordering.MoveUpAsync(connection, [.. headless], cancellationToken);
                return true;
            },
            cancellationToken);
}
