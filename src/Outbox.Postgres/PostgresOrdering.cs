using System.Collections.Concurrent;
using Npgsql;

namespace Outbox.Postgres;

/// <summary>
/// Keeps the promise of ordering keys: of the open deliveries of a (endpoint, ordering key) one is the head, the others queue behind it.
/// </summary>
/// <remarks>
/// Who adds to a key, and who moves its next delivery up, holds the key's advisory lock until the commit; so keys rise in commit order.
/// An enqueue waits for the lock. A settlement never does, because the lock may be in a caller's transaction that stays open: where it
/// does not get it, the key is remembered and tried again at each claim (and by <see cref="PostgresHealing"/>, should the process die).
/// Lock and look are two statements: the look must have a snapshot that is younger than the lock, or it misses what the holder before
/// committed last.
/// </remarks>
internal sealed class PostgresOrdering(PostgresDatabase database)
{
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    /// <summary>A transaction that is not done after this long is left to <see cref="PostgresHealing"/>.</summary>
    private static readonly TimeSpan LongestMemory = TimeSpan.FromMinutes(10);

    // By delivery, since when.
    private readonly ConcurrentDictionary<long, long> _stuck = new();

    private readonly string _tryLock =
        $"""
        with named as materialized (
          select distinct d.ordering_key from {database.Schema}.outbox_delivery d where d.key = any($1) and d.ordering_key is not null),
        tried as materialized (
          select ordering_key, pg_try_advisory_xact_lock({LockOf(database, "ordering_key")}) as held from named)
        select
          set_config('outbox.held', coalesce(json_agg(t.ordering_key) filter (where t.held), '[]')::text, true),
          array(
            select d.key from {database.Schema}.outbox_delivery d join tried n on n.ordering_key = d.ordering_key
            where d.key = any($1) and not n.held),
          array(select k from unnest($1::bigint[]) as k where not exists (select from {database.Schema}.outbox_delivery d where d.key = k))
        from tried t
        """;

    // Answers with the deliveries whose key still has no head: the next one's row is locked, by a release in an open transaction.
    private readonly string _moveUp =
        $"""
        with named as materialized (
          select d.endpoint_key, d.ordering_key, min(d.key) as key from {database.Schema}.outbox_delivery d
          where d.key = any($1) and d.ordering_key in (select json_array_elements_text(current_setting('outbox.held')::json))
          group by 1, 2),
        next as materialized (
          select n.key as named_key, q.key from named n
          cross join lateral (
            select d.key from {database.Schema}.outbox_delivery d
            where d.endpoint_key = n.endpoint_key and d.ordering_key = n.ordering_key and d.gate = 2
            order by d.key limit 1) q
          where not exists (
            select from {database.Schema}.outbox_delivery h
            where h.endpoint_key = n.endpoint_key and h.ordering_key = n.ordering_key and h.gate <> 2 and h.status in (0, 4))),
        free as materialized (
          select d.key from {database.Schema}.outbox_delivery d where d.key in (select key from next) and d.gate = 2 for update skip locked),
        moved as (
          update {database.Schema}.outbox_delivery d
          set gate = case when d.status = 0 and d.due_at <= {database.Schema}.outbox_now() then 0 else 1 end
          from free f where d.key = f.key
          returning d.key)
        select n.named_key from next n where n.key not in (select key from moved)
        """;

    /// <summary>How soon to look again for keys that may be without a head: the longer it lasts, the later; null where there are none.</summary>
    public TimeSpan? RetryIn
    {
        get
        {
            var youngest = _stuck.Values.DefaultIfEmpty().Max();
            return youngest == 0 ? null : TimeSpan.FromTicks(Math.Clamp(database.Clock.GetElapsedTime(youngest).Ticks, ShortestRetry.Ticks, LongestRetry.Ticks));
        }
    }

    /// <summary>The advisory lock of an ordering key, as SQL. Endpoint and tenant are not in it: one enqueue may reach many endpoints.</summary>
    public static string LockOf(PostgresDatabase database, string orderingKey) =>
        $"hashtextextended('outbox order {database.Options.Schema} ' || {orderingKey}, 0)";

    /// <summary>Remembers a delivery whose key may be without a head.</summary>
    public void Remember(long deliveryKey) => _stuck.TryAdd(deliveryKey, database.Clock.GetTimestamp());

    /// <summary>Adds the two statements that move up the next in line behind these deliveries. Read them with <see cref="ReadAsync"/>.</summary>
    public void AddTo(NpgsqlBatch batch, long[] deliveryKeys)
    {
        batch.Add(_tryLock, Sql.Bigints(deliveryKeys));
        batch.Add(_moveUp, Sql.Bigints(deliveryKeys));
    }

    /// <summary>Reads the two results, the reader standing on the first, and gives the deliveries whose key may still lack a head.</summary>
    public static async Task<List<long>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var stuck = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            // One that is not to be seen is in a transaction that is still open, or was rolled back.
            stuck.AddRange([.. reader.GetFieldValue<long[]>(1), .. reader.GetFieldValue<long[]>(2)]);
        }

        await reader.NextResultAsync(cancellationToken);
        stuck.AddRange(await reader.RowsAsync(row => row.GetInt64(0), cancellationToken));
        return stuck;
    }

    /// <summary>Moves up what is next in line behind these deliveries; what could not be done now is remembered.</summary>
    public async Task MoveUpAsync(NpgsqlConnection connection, long[] deliveryKeys, CancellationToken cancellationToken)
    {
        if (deliveryKeys.Length == 0)
        {
            return;
        }

        await using var batch = connection.CreateBatch();
        AddTo(batch, deliveryKeys);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var key in await ReadAsync(reader, cancellationToken))
        {
            Remember(key);
        }
    }

    /// <summary>Tries again what is remembered.</summary>
    public async Task RetryStuckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tried = _stuck.ToArray();
        foreach (var (key, since) in tried)
        {
            _stuck.TryRemove(KeyValuePair.Create(key, since));
        }

        try
        {
            await MoveUpAsync(connection, Array.ConvertAll(tried, stuck => stuck.Key), cancellationToken);
        }
        catch
        {
            Array.ForEach(tried, stuck => Remember(stuck.Key));
            throw;
        }

        // What is stuck still keeps its age.
        foreach (var (key, since) in tried.Where(stuck => _stuck.ContainsKey(stuck.Key)))
        {
            if (database.Clock.GetElapsedTime(since) < LongestMemory)
            {
                _stuck[key] = since;
            }
            else
            {
                _stuck.TryRemove(key, out _);
            }
        }
    }
}
