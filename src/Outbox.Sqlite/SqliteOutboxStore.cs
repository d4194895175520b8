using System.Data.Common;
using Outbox.Storage;

namespace Outbox.Sqlite;

/// <summary>The outbox in a SQLite database file: each member is told by the class that is named after it.</summary>
internal sealed class SqliteOutboxStore(SqliteDatabase database) : IOutboxStore
{
    private readonly SqliteSchema _schema = new(database);
    private readonly SqliteEnqueue _enqueue = new(database);
    private readonly SqliteHolds _holds = new(database);
    private readonly SqliteClaim _claim = new(database);
    private readonly SqliteSettle _settle = new(database);
    private readonly SqliteDue _due = new(database);
    private readonly SqliteParking _parking = new(database);
    private readonly SqliteHealing _healing = new(database);
    private readonly SqlitePrune _prune = new(database);
    private readonly SqliteWake _wake = new(database);
    private volatile bool _isOpen;

    public string SchemaScript => SqliteSchema.Script;

    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (_isOpen)
        {
            return;
        }

        await _schema.OpenAsync(cancellationToken);
        await database.UseWriterAsync(_wake.HasChanged, cancellationToken);
        _isOpen = true;
    }

    public async ValueTask<IAsyncDisposable?> TryStartDispatchingAsync(string owner, CancellationToken cancellationToken)
    {
        var seat = SqliteSeat.TryTake(database.Path!);
        if (seat is null)
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
        database.Callers.WriteAsync(transaction, session => _enqueue.Store(session, newEvent), cancellationToken);

    public ValueTask<ArtifactOutcome> ReleaseHoldAsync(HoldRelease release, DbTransaction? transaction, CancellationToken cancellationToken) =>
        database.Callers.WriteAsync(transaction, session => _holds.Release(session, release), cancellationToken);

    public ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        _claim.ClaimAsync(request, cancellationToken);

    public ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken) =>
        _settle.SettleAsync(settlements, cancellationToken);

    public ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken) => _due.NextDueInAsync(cancellationToken);

    public ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken) => _parking.ParkAsync(limit, cancellationToken);

    public ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken) =>
        _parking.DrainAsync(portion, interval, cancellationToken);

    public ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken) =>
        _healing.HealAsync(longestDelay, longestLease, cancellationToken);

    public ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken) => _prune.PruneAsync(request, cancellationToken);

    public Task WaitForChangeAsync(CancellationToken cancellationToken) => _wake.WaitForChangeAsync(cancellationToken);
}
