using System.Data.Common;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>The outbox in a LiteDB file: each member is told by the class that is named after it.</summary>
internal sealed class LiteDbOutboxStore(LiteDbDatabase database) : IOutboxStore
{
    private readonly LiteDbSchema _schema = new(database);
    private readonly LiteDbEnqueue _enqueue = new(database);
    private readonly LiteDbHolds _holds = new(database);
    private readonly LiteDbPut _put = new(database);
    private readonly LiteDbClaim _claim = new(database);
    private readonly LiteDbSettle _settle = new(database);
    private readonly LiteDbDue _due = new(database);
    private readonly LiteDbParking _parking = new(database);
    private readonly LiteDbHealing _healing = new(database);
    private readonly LiteDbPrune _prune = new(database);
    private volatile bool _isOpen;

    public string SchemaScript => LiteDbSchema.Script;

    public LiteDbFile File => database.File;

    public ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_isOpen)
        {
            _schema.Open();
            _isOpen = true;
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask<IAsyncDisposable?> TryStartDispatchingAsync(string owner, CancellationToken cancellationToken)
    {
        if (LiteDbSeat.TryTake(database.File) is not { } seat)
        {
            return null;
        }

        try
        {
            await _healing.ReleaseLeasesAsync(cancellationToken);
            return seat;
        }
        catch
        {
            await seat.DisposeAsync();
            throw;
        }
    }

    public ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent, DbTransaction? transaction, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction, session => _enqueue.Store(session, newEvent), cancellationToken);

    public ValueTask<ArtifactOutcome> ReleaseHoldAsync(HoldRelease release, DbTransaction? transaction, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction, session => _holds.Release(session, release), cancellationToken);

    /// <summary>The same in the caller's transaction.</summary>
    /// <exception cref="WebhookValidationException">It is over, or another thread's.</exception>
    public EnqueueResult Enqueue(LiteDbSession session, NewEvent newEvent) => _enqueue.Store(session.Checked, newEvent);

    public ArtifactOutcome ReleaseHold(LiteDbSession session, HoldRelease release) => _holds.Release(session.Checked, release);

    public StoredEndpoint Put(LiteDbSession session, EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change) =>
        _put.Put(session.Checked, lookup, change);

    public ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) => _claim.ClaimAsync(request, cancellationToken);

    public ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken) =>
        _settle.SettleAsync(settlements, cancellationToken);

    public ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_due.NextDueIn());
    }

    public ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken) => _parking.ParkAsync(limit, cancellationToken);

    public ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken) =>
        _parking.DrainAsync(portion, interval, cancellationToken);

    public ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken) =>
        _healing.HealAsync(longestDelay, longestLease, cancellationToken);

    public ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken) => _prune.PruneAsync(request, cancellationToken);

    /// <summary>Nothing outside this process can write the file: this ends only with its token.</summary>
    public Task WaitForChangeAsync(CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
}
