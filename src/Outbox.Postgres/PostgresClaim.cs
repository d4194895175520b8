using Npgsql;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>
/// Leases what is due. Each endpoint with ready deliveries is a lane in one index; a claim walks from lane to lane without reading what
/// lies between, starts behind where the one before stopped, and takes an equal share of each lane that has room.
/// </summary>
internal sealed class PostgresClaim(PostgresDatabase database)
{
    /// <summary>How many deliveries whose time has come are let into their lanes by one claim at most.</summary>
    private const int MostPromoted = 1_000;

    /// <summary>In flight to an endpoint that has given its portion.</summary>
    private const int NoRoom = 1_000_000;

    private readonly string _expire = ExpireOf(database);
    private readonly string _promote = PromoteOf(database);
    private readonly string _take = TakeOf(database);

    private readonly string _events =
        $"""
        select key, id, type, tenant, occurred_at, data, headers, trace_parent
        from {database.Schema}.outbox_event where key = any(nullif(current_setting('outbox.taken_events', true), '')::bigint[])
        """;

    private readonly string _endpoints =
        $"""
        select key, id, url, tenant, secrets, failures, coalesce({database.Schema}.outbox_now() - failing_since, interval '0')
        from {database.Schema}.outbox_endpoint where key = any(nullif(current_setting('outbox.taken_endpoints', true), '')::bigint[])
        """;

    private readonly string _more =
        $"""
        with recursive {PostgresLanes.Walk(database)}
        select exists (
          select from walk w cross join lateral (
            select from {database.Schema}.outbox_endpoint e
            where e.key = w.endpoint_key and {PostgresLanes.IsActive} and {PostgresLanes.IsOpen(database)}
            offset 0) o)
        """;

    private long? _lastLane;

    // Lanes are unequal: where some had less than their share, what they left goes to the others in another round.
    public async ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        var inFlight = new Dictionary<string, int>(request.InFlight, StringComparer.Ordinal);
        var claimed = await RoundAsync(request, inFlight, isFirst: true, cancellationToken);
        var deliveries = claimed.ToDeliveries();
        while (claimed.IsCutShort && deliveries.Count < request.Limit)
        {
            claimed.CountInto(inFlight);
            try
            {
                claimed = await RoundAsync(request with { Limit = request.Limit - deliveries.Count }, inFlight, isFirst: false, cancellationToken);
            }
            catch (Exception)
            {
                // Each round is a transaction: what the ones before took is leased, and must be sent. The next claim meets the trouble again.
                return new ClaimResult(deliveries, More: true);
            }

            deliveries.AddRange(claimed.ToDeliveries());
        }

        return new ClaimResult(deliveries, claimed.More);
    }

    private ValueTask<Round> RoundAsync(ClaimRequest request, Dictionary<string, int> inFlight, bool isFirst, CancellationToken cancellationToken) =>
        database.Claiming.UseAsync(
            async connection =>
            {
                if (isFirst)
                {
                    await database.Ordering.RetryStuckAsync(connection, cancellationToken);
                }

                _lastLane ??= await FirstLaneAsync(connection, request.Owner, cancellationToken);
                var round = await TakeAsync(connection, request, inFlight, isFirst, cancellationToken);
                _lastLane = round.LastLane ?? _lastLane;
                return round;
            },
            cancellationToken);

    // One round trip, and one transaction as every batch without one around it. The data is read in a later statement than the claim's: what
    // a release committed while the claim waited for it shows only now. A setting of the transaction's tells that statement what was taken; it
    // is null or empty where nothing was.
    private async Task<Round> TakeAsync(
        NpgsqlConnection connection, ClaimRequest request, Dictionary<string, int> inFlight, bool isFirst, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        if (isFirst)
        {
            batch.Add(_expire, Sql.Text(request.Owner), Sql.Bigints([.. request.Unsettled]));
            batch.Add(_promote);
        }

        batch.Add(
            _take,
            Sql.Text(request.Owner),
            Sql.Duration(request.Lease),
            Sql.Int(Math.Max(0, request.Limit)),
            Sql.Int(request.LimitPerEndpoint),
            Sql.Texts(inFlight.Keys.ToArray()),
            Sql.Ints(inFlight.Values.ToArray()),
            Sql.Bigint(_lastLane),
            Sql.Int(request.MostPerEndpoint));
        batch.Add(_events);
        batch.Add(_endpoints);
        batch.Add(_more);
        await batch.PrepareAsync(cancellationToken);

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var promoted = 0;
        if (isFirst)
        {
            await reader.ReadAsync(cancellationToken);
            promoted = reader.GetInt32(0);
            await reader.NextResultAsync(cancellationToken);
        }

        var taken = await reader.RowsAsync(Taken.Read, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var events = (await reader.RowsAsync(EventRow.Read, cancellationToken)).ToDictionary(row => row.Key);
        await reader.NextResultAsync(cancellationToken);
        var endpoints = (await reader.RowsAsync(ReadEndpoint, cancellationToken)).ToDictionary(row => row.Key, row => row.Endpoint);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var more = reader.GetBoolean(0) || promoted >= MostPromoted;

        // The commit's answer, and with it its failure, is behind the last result.
        await reader.NextResultAsync(cancellationToken);
        return new Round([.. taken.OrderBy(row => row.Place).ThenBy(row => row.Turn)], events, endpoints, more);
    }

    // Hosts that begin at different lanes meet less often.
    private async Task<long> FirstLaneAsync(NpgsqlConnection connection, string owner, CancellationToken cancellationToken)
    {
        var start = await connection.ReadAsync(
            $"select coalesce(max(key), 0) * (hashtextextended($1, 0) & 1023) / 1024 from {database.Schema}.outbox_endpoint",
            [Sql.Text(owner)],
            row => row.GetInt64(0),
            cancellationToken);
        return start[0];
    }

    private static (long Key, ClaimedEndpoint Endpoint) ReadEndpoint(NpgsqlDataReader row) => (
        row.GetInt64(0),
        new ClaimedEndpoint { Id = row.GetString(1), Url = row.GetString(2), Tenant = row.TextOrNull(3), Secrets = row.GetFieldValue<byte[]>(4), FailuresInARow = row.GetInt32(5), FailingFor = row.GetTimeSpan(6) });

    // A lease that is not in force is what a cancellation did not see that came right behind the claim.
    private static string ExpireOf(PostgresDatabase database) =>
        $"""
        with over as materialized (
          select l.until, d.key, d.leased and d.lease_until = l.until as in_force
          from {database.Schema}.outbox_lease l join {database.Schema}.outbox_delivery d on d.key = l.delivery_key
          where l.until <= {database.Schema}.outbox_now()
            and ((l.owner <> $1 and l.delivery_key <> all($2)) or not (d.leased and d.lease_until = l.until))
          order by l.until limit {MostPromoted} for update of d skip locked),
        ended as (delete from {database.Schema}.outbox_lease l using over o where l.until = o.until and l.delivery_key = o.key)
        update {database.Schema}.outbox_delivery d set leased = false
        from over o where d.key = o.key and o.in_force
        """;

    private static string PromoteOf(PostgresDatabase database) =>
        $"""
        with promoted as (
          update {database.Schema}.outbox_delivery d set gate = 0
          where d.key in (
            select w.key from {database.Schema}.outbox_delivery w
            where w.status = 0 and w.gate = 1 and w.due_at <= {database.Schema}.outbox_now()
            order by w.due_at limit {MostPromoted} for update skip locked)
          returning 1)
        select count(*)::int from promoted
        """;

    // walk: a loose index scan from the lane after $7 to the end, then from the start to $7. It is read only as far as the limit needs. Without
    // "offset 0" each lane is looked up twice, because its key is asked for twice.
    // held: the row of a half-open or paced endpoint is its portion; who has the lock takes it, and others see it taken.
    // ready: an array, because the planner takes it for short. A limit that it does not know it takes for a tenth of all that waits, and behind a large
    // backlog it then read the whole table to find what was chosen, 50 ms.
    private static string TakeOf(PostgresDatabase database) =>
        $"""
        with recursive {PostgresLanes.Blocked(database)},
        walk (endpoint_key, wrapped, start) as (
          select $7::bigint, false, true
          union all
          select coalesce(n.key, 0), w.wrapped or n.key is null, false
          from walk w cross join lateral (
            select (
              select d.endpoint_key from {database.Schema}.outbox_delivery d
              where d.status = 0 and d.gate = 0 and not d.leased and d.endpoint_key > {PostgresLanes.After("w.endpoint_key")}
              order by d.endpoint_key limit 1) as key
            offset 0) n
          where not w.wrapped or n.key <= $7),
        seen as materialized (
          select l.*, row_number() over () as turn
          from (
            select w.endpoint_key, p.id, least(p.room, p.portion) as room, p.portion is not null as limited
            from walk w cross join lateral (
              select e.id,
                least(coalesce(e.max_in_flight, $4), $8) - coalesce(($6::int[])[array_position($5::text[], e.id)], 0) as room,
                case when e.blocked_until is not null then 1 when e.max_per_second is not null then greatest(1, e.max_per_second / 10) end as portion
              from {database.Schema}.outbox_endpoint e
              where e.key = w.endpoint_key and {PostgresLanes.IsActive} and {PostgresLanes.IsOpen(database)}
              offset 0) p
            where not w.start and p.room > 0
            limit $3) l),
        held as materialized (
          select e.key from seen l join {database.Schema}.outbox_endpoint e on e.key = l.endpoint_key
          where l.limited and {PostgresLanes.IsOpen(database)}
          for update of e skip locked),
        lane as materialized (
          select l.* from seen l where not l.limited or l.endpoint_key in (select key from held)),
        ready as materialized (
          select d.key, d.place, l.endpoint_key, l.id, l.turn, l.room, l.limited, l.share
          from (
            select l.*, $3 / n.lanes + (row_number() over (order by l.turn) <= $3 % n.lanes)::int as share
            from lane l cross join (select greatest(count(*), 1)::int as lanes from lane) n) l
          cross join lateral unnest(array(
            select r.key from {database.Schema}.outbox_delivery r
            where r.status = 0 and r.gate = 0 and r.endpoint_key = l.endpoint_key and not r.leased
            order by r.due_at, r.key limit least(l.room, l.share) for update skip locked)) with ordinality as d (key, place)),
        chosen as materialized (
          select * from ready order by place, turn limit $3),
        portions as (
          update {database.Schema}.outbox_endpoint e
          set blocked_until = case when e.blocked_until is not null then {database.Schema}.outbox_now() + $2 end,
            probe_key = case when e.blocked_until is not null then c.key end,
            paced_until = {database.Schema}.outbox_now() + c.count * interval '1 second' / e.max_per_second
          from (select endpoint_key, count(*) as count, min(key) as key from chosen where limited group by endpoint_key) c
          where e.key = c.endpoint_key),
        leased as (
          update {database.Schema}.outbox_delivery d
          set leased = true, lease_token = d.lease_token + 1, lease_until = {database.Schema}.outbox_now() + $2
          from chosen c where d.key = c.key
          returning c.place, c.turn, d.key, d.event_key, d.endpoint_key, c.id, d.lease_token, d.profile, d.ship_transcript, d.failed_tries, c.room, c.share,
            d.ordering_key is not null, c.limited, {database.Schema}.outbox_now() - d.enqueued_at,
            case when d.lease_token = 1 and d.due_at > d.enqueued_at and exists (select from {database.Schema}.outbox_hold h where h.event_key = d.event_key) then d.due_at - d.enqueued_at end),
        held_by as (
          insert into {database.Schema}.outbox_lease (until, delivery_key, owner)
          select {database.Schema}.outbox_now() + $2, key, $1 from leased),
        told as (
          select
            set_config('outbox.taken_events', array_agg(distinct event_key)::text, true),
            set_config('outbox.taken_endpoints', array_agg(distinct endpoint_key)::text, true)
          from leased)
        select leased.* from leased cross join told
        """;

    /// <summary>What one round took, in the order of sending.</summary>
    private sealed record Round(List<Taken> Rows, Dictionary<long, EventRow> Events, Dictionary<long, ClaimedEndpoint> Endpoints, bool More)
    {
        public long? LastLane => Rows.MaxBy(row => row.Turn)?.Endpoint;

        /// <summary>Whether a lane that has room gave all of its share: it may have more.</summary>
        public bool IsCutShort =>
            Rows.Any(row => row.Share < row.Room) && Rows.GroupBy(row => row.Endpoint).Any(lane => lane.First().Share < lane.First().Room && lane.Count() == lane.First().Share);

        public List<ClaimedDelivery> ToDeliveries() => Rows.ConvertAll(row => row.ToDelivery(Events[row.Event], Endpoints[row.Endpoint]));

        public void CountInto(Dictionary<string, int> inFlight)
        {
            foreach (var row in Rows)
            {
                inFlight[row.EndpointId] = row.Limited ? NoRoom : inFlight.GetValueOrDefault(row.EndpointId) + 1;
            }
        }
    }

    /// <summary>A delivery that this claim has leased, and its place in the order of sending.</summary>
    private sealed record Taken(
        long Place, long Turn, long Key, long Event, long Endpoint, string EndpointId, long Token, string Profile, bool ShipTranscript, int FailedTries, int Room, int Share, bool Ordered, bool Limited, TimeSpan Age, TimeSpan? HeldFor)
    {
        public static Taken Read(NpgsqlDataReader row) => new(
            row.GetInt64(0),
            row.GetInt64(1),
            row.GetInt64(2),
            row.GetInt64(3),
            row.GetInt64(4),
            row.GetString(5),
            row.GetInt64(6),
            row.GetString(7),
            row.GetBoolean(8),
            row.GetInt32(9),
            row.GetInt32(10),
            row.GetInt32(11),
            row.GetBoolean(12),
            row.GetBoolean(13),
            row.GetTimeSpan(14),
            row.IsDBNull(15) ? null : row.GetTimeSpan(15));

        public ClaimedDelivery ToDelivery(EventRow source, ClaimedEndpoint endpoint) => new()
        {
            Key = Key,
            LeaseToken = Token,
            Id = DeliveryIds.For(source.Id, Endpoint),
            EventId = source.Id,
            EventType = source.Type,
            Tenant = source.Tenant,
            OccurredAt = source.OccurredAt,
            Data = source.Data,
            Headers = source.Headers,
            Profile = Profile,
            ShipTranscript = ShipTranscript,
            FailedTries = FailedTries,
            Ordered = Ordered,
            Age = Age,
            HeldFor = HeldFor,
            TraceParent = source.TraceParent,
            Endpoint = endpoint,
        };
    }

    private sealed record EventRow(long Key, string Id, string Type, string? Tenant, DateTimeOffset OccurredAt, byte[] Data, string? Headers, string? TraceParent)
    {
        public static EventRow Read(NpgsqlDataReader row) => new(
            row.GetInt64(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.Time(4), row.GetFieldValue<byte[]>(5), row.TextOrNull(6), row.TextOrNull(7));
    }
}
