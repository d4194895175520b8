using System.Data.Common;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

/// <summary>
/// The outbox's store in memory, for unit tests: it keeps the rules of the real stores and forgets everything with the process. Register it
/// with <c>AddWebhookOutbox().UseInMemory()</c>, or make one and hand it to what you test.
/// </summary>
/// <remarks>
/// There is no database, so there is no transaction to take part in: what is enqueued with a <see cref="DbTransaction"/> is stored at once
/// and stays, whether that transaction is committed or rolled back. Test roll-backs on the real store (SQLite on a temporary file is quick).
/// </remarks>
public sealed class InMemoryOutboxStore : IOutboxStore
{
    private readonly Tables _tables;
    private readonly Enqueuing _enqueuing;
    private readonly Holding _holding;
    private readonly Claiming _claiming;
    private readonly Settling _settling;
    private readonly Parking _parking;
    private readonly Pruning _pruning;

    /// <summary>An empty store.</summary>
    /// <param name="clock">The clock that due times and leases go by; a test moves its own. Null: the system's.</param>
    public InMemoryOutboxStore(TimeProvider? clock = null)
    {
        _tables = new Tables(clock ?? TimeProvider.System);
        _enqueuing = new Enqueuing(_tables);
        _holding = new Holding(_tables);
        _claiming = new Claiming(_tables);
        _settling = new Settling(_tables, _enqueuing);
        _parking = new Parking(_tables);
        _pruning = new Pruning(_tables);
        Endpoints = new InMemoryEndpointStore(_tables, _enqueuing);
        Deliveries = new InMemoryDeliveryStore(_tables, _claiming);
        Inspection = new InMemoryInspectionStore(_tables);
    }

    /// <summary>The endpoint registry beside this store.</summary>
    public IEndpointStore Endpoints { get; }

    /// <summary>The management side of this store.</summary>
    public IDeliveryStore Deliveries { get; }

    /// <summary>Counts and figures of this store.</summary>
    public IInspectionStore Inspection { get; }

    /// <summary>
    /// What was enqueued and not pruned since, oldest first, as it stands now: for asserting that the code under test enqueued what it
    /// should have, without registering an endpoint.
    /// </summary>
    public IReadOnlyList<NewEvent> Events
    {
        get
        {
            lock (_tables.Lock)
            {
                return [.. _tables.Events.Select(row => row.Value)];
            }
        }
    }

    /// <summary>What a simulation looks at after each of its steps.</summary>
    internal Tables Tables => _tables;

    /// <inheritdoc/>
    public string SchemaScript => "";

    /// <inheritdoc/>
    public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable?> TryStartDispatchingAsync(string owner, CancellationToken cancellationToken) => new(new Dispatching());

    /// <inheritdoc/>
    public ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent, DbTransaction? transaction, CancellationToken cancellationToken) =>
        new(_enqueuing.Enqueue(newEvent));

    /// <inheritdoc/>
    public ValueTask<ArtifactOutcome> ReleaseHoldAsync(HoldRelease release, DbTransaction? transaction, CancellationToken cancellationToken) =>
        new(_holding.Release(release));

    /// <inheritdoc/>
    public ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) => new(_claiming.Claim(request));

    /// <inheritdoc/>
    public ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken) =>
        new(_settling.Settle(settlements));

    /// <inheritdoc/>
    public ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken) => new(_claiming.NextDueIn());

    /// <inheritdoc/>
    public ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken) => new(_parking.Park(limit));

    /// <inheritdoc/>
    public ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken) =>
        new(_parking.Drain(portion, interval));

    /// <inheritdoc/>
    public ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken)
    {
        lock (_tables.Lock)
        {
            var now = _tables.Now;
            foreach (var row in _tables.Endpoints.Where(row => row.Value.BlockedUntil > now + longestDelay))
            {
                row.Value = row.Value with { BlockedUntil = now };
            }

            foreach (var row in _tables.Deliveries)
            {
                if (row.Status == DeliveryStatus.Waiting && row.DueAt > now + longestDelay)
                {
                    row.WaitUntil(now, atOnce: true);
                }
                else if (row.Status == DeliveryStatus.Delivering && row.LeaseUntil > now + longestLease)
                {
                    row.LeaseUntil = now;
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken) => new(_pruning.Prune(request));

    /// <inheritdoc/>
    /// <remarks>Nothing outside this process can reach the store: this completes only when it is cancelled.</remarks>
    public Task WaitForChangeAsync(CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    private sealed class Dispatching : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
