using System.Data.Common;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>The queue in PostgreSQL: any number of hosts dispatch from one database. Each verb is a class of its own.</summary>
internal sealed class PostgresOutboxStore(PostgresDatabase database) : IOutboxStore
{
    private readonly PostgresSchema _schema = new(database);
    private readonly PostgresEnqueue _enqueue = new(database);
    private readonly PostgresHolds _holds = new(database);
    private readonly PostgresClaim _claim = new(database);
    private readonly PostgresSettle _settle = new(database);
    private readonly PostgresParking _parking = new(database);
    private readonly PostgresHealing _healing = new(database);
    private readonly PostgresPrune _prune = new(database);

    private readonly string _nextDue =
        $"""
        with recursive {PostgresLanes.Walk(database)}
        select least(
          (select min(o.opens_in) from walk w cross join lateral (
             select greatest(
               e.blocked_until - {database.Schema}.outbox_now(),
               case when e.paced_until <= {database.Schema}.outbox_now() + interval '1 second' then e.paced_until - {database.Schema}.outbox_now() end,
               interval '0') as opens_in
             from {database.Schema}.outbox_endpoint e where e.key = w.endpoint_key and {PostgresLanes.IsActive}
             offset 0) o),
          (select greatest(e.blocked_until - {database.Schema}.outbox_now(), interval '0') from {database.Schema}.outbox_endpoint e
           where e.failures > 0 and e.blocked_until > {database.Schema}.outbox_now() and {PostgresLanes.IsActive}
             and exists (select from {database.Schema}.outbox_delivery d where d.status = 0 and d.gate = 0 and not d.leased and d.endpoint_key = e.key)
           order by e.blocked_until limit 1),
          (select greatest(d.due_at - {database.Schema}.outbox_now(), interval '0') from {database.Schema}.outbox_delivery d
           where d.status = 0 and d.gate = 1 order by d.due_at limit 1))
        """;

    public string SchemaScript => _schema.Script;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => _schema.OpenAsync(cancellationToken);

    // Any number of dispatchers share the database: there is no place to take.
    public ValueTask<IAsyncDisposable?> TryStartDispatchingAsync(string owner, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IAsyncDisposable?>(new NoPlace());

    public ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent, DbTransaction? transaction, CancellationToken cancellationToken) =>
        _enqueue.EnqueueAsync(newEvent, transaction, cancellationToken);

    public ValueTask<ArtifactOutcome> ReleaseHoldAsync(HoldRelease release, DbTransaction? transaction, CancellationToken cancellationToken) =>
        _holds.ReleaseAsync(release, transaction, cancellationToken);

    public ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) => _claim.ClaimAsync(request, cancellationToken);

    public ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken) =>
        _settle.SettleAsync(settlements, cancellationToken);

    public async ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken)
    {
        var found = await database.Claiming.UseAsync(
            connection => connection.ReadPreparedAsync(_nextDue, row => row.IsDBNull(0) ? (TimeSpan?)null : row.GetTimeSpan(0), cancellationToken), cancellationToken);
        return database.Ordering.RetryIn is { } retry && !(found[0] < retry) ? retry : found[0];
    }

    public ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken) => _parking.ParkAsync(limit, cancellationToken);

    public ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken) =>
        _parking.DrainAsync(portion, interval, cancellationToken);

    public ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken) =>
        _healing.HealAsync(longestDelay, longestLease, cancellationToken);

    public ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken) => _prune.PruneAsync(request, cancellationToken);

    public Task WaitForChangeAsync(CancellationToken cancellationToken) => database.Waking.WaitAsync(cancellationToken);

    private sealed class NoPlace : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
