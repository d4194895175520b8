using System.Data.Common;
using Outbox.Deliveries;

namespace Outbox.Storage;

/// <summary>
/// The queue in the host's database: what a storage provider implements for the enqueue path and for the dispatcher. A store decides
/// nothing: it stores what it is given, atomically, and adds only its clock. Every member may be called concurrently.
/// </summary>
/// <remarks>
/// <para>Where a member takes a <see cref="DbTransaction"/>, null means a transaction of the store's own, committed before it returns.</para>
/// <para>
/// Durations, not times, cross this seam, so that skewed clocks between hosts and database do no harm: a store reads its own clock (the
/// database's, or the injected <see cref="TimeProvider"/> where it is embedded) and adds.
/// </para>
/// <para>
/// A delivery with an ordering key is claimable only while it is the oldest open one of its key and endpoint: it queues behind the others
/// and moves up when the one before it is closed. A first one that waits for a retry, a hold or its endpoint keeps the others behind it. A
/// replayed one never joins another of its key on the wire, and goes before those that are younger and still queue.
/// </para>
/// <para>
/// Strings are compared by ordinal: scopes, types, tenants, subjects and keys that differ in case are different.
/// </para>
/// <para>Trouble with the database is thrown: <see cref="OutboxStoreException"/> where the store can name a cure, else the driver's exception.</para>
/// </remarks>
public interface IOutboxStore
{
    /// <summary>The DDL that makes the tables, for those who run it themselves.</summary>
    string SchemaScript { get; }

    /// <summary>Reaches the database and makes, migrates or validates the tables, as the store's options say. Called once before any other member; may be repeated after a failure.</summary>
    /// <exception cref="OutboxStoreException">The database cannot be used; <see cref="OutboxStoreException.IsTransient"/> says whether to try again.</exception>
    ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes <paramref name="owner"/> a dispatcher of this database until the result is disposed or the process dies. Null where the store
    /// allows one dispatching process and another has the place: ask again later. A store that allows one process releases here at once
    /// what a dead process had leased. The place is kept so that processes do not disturb each other; what keeps them from doing harm is
    /// the leases, and the other members work without it.
    /// </summary>
    ValueTask<IAsyncDisposable?> TryStartDispatchingAsync(string owner, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the event, its holds, and one delivery for each endpoint that matches: scope among the event's, same tenant or none, wants the
    /// type, not expired, not deleted. The fan-out is one statement. A delivery is Waiting, or Parked where its endpoint is disabled; it takes
    /// the endpoint's profile and transcript switch with it, so that every attempt sends the same bytes. With an idempotency key that the
    /// tenant has used, nothing is added and the first event is returned.
    /// </summary>
    /// <exception cref="WebhookValidationException">The transaction is completed, of another provider, or on another database.</exception>
    ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>
    /// Marks the artifact as arrived for each event of the subject that waits for it and is not frozen, and patches its data. An event is
    /// frozen from the first claim of any of its deliveries. When an event waits for nothing more, its Waiting deliveries are due now, and its
    /// Parked ones when they are let out; while it waits for others, they are due at the last deadline of those. An artifact that arrives
    /// again before the first claim patches again. Where a patch throws, no event is changed.
    /// </summary>
    /// <exception cref="WebhookValidationException">The transaction cannot be used, or the patched data is over the limit.</exception>
    ValueTask<ArtifactOutcome> ReleaseHoldAsync(HoldRelease release, DbTransaction? transaction, CancellationToken cancellationToken);

    /// <summary>
    /// Leases deliveries that are due: Waiting, endpoint enabled, first of their ordering key, and within the limits; also those whose lease,
    /// held by another owner, has run out. Endpoints take turns, and each one's oldest due comes first. The backlog of an endpoint that has
    /// no room is neither scanned nor claimed. Each claim gives the delivery a lease token higher than all before. A lease that has run out is
    /// not given again to the owner that asks and holds it: it may still be at work, and may settle as long as nobody took over.
    /// </summary>
    /// <remarks>
    /// An endpoint that is blocked (<see cref="EndpointEffect"/>) has no room, and a half-open one has room for one; neither makes
    /// <see cref="ClaimResult.More"/> true. An endpoint with <see cref="StoredEndpoint.MaxPerSecond"/> has room for a tenth of that, at least
    /// for one, and after a claim of n for none until n / MaxPerSecond seconds have passed, whichever dispatcher asks.
    /// </remarks>
    ValueTask<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a batch of transitions in one transaction, each only if the delivery is still Delivering with that lease token, together with its
    /// attempt where it counts; disables the endpoint where the transition says so, unless it is disabled already. Attempts are numbered from
    /// 1, through replays; only a counted try that goes back to Waiting raises <see cref="ClaimedDelivery.FailedTries"/>. A delay of zero is
    /// due whatever the clock says later. The effects on the endpoints are stored with them. For each settlement that caused what
    /// <see cref="NoticeCause"/> names, its notice is stored as <see cref="EnqueueAsync"/> would; of what several of one endpoint caused
    /// together, one.
    /// </summary>
    ValueTask<SettleResult> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken);

    /// <summary>
    /// How long until the next Waiting delivery becomes due, by the store's clock; zero where one is due but unclaimed; null where none waits
    /// for a time. One that queues behind another of its ordering key waits for that one, not for a time. What is due at an endpoint that is
    /// blocked or paced waits until a claim may take some of it again.
    /// </summary>
    ValueTask<TimeSpan?> NextDueInAsync(CancellationToken cancellationToken);

    /// <summary>Parks Waiting deliveries of disabled endpoints and cancels open ones of deleted endpoints, at most <paramref name="limit"/>.</summary>
    /// <returns>How many were changed; fewer than the limit means that none are left.</returns>
    ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Lets parked deliveries of endpoints that were enabled again go on: for each such endpoint whose last portion is at least
    /// <paramref name="interval"/> ago, up to <paramref name="portion"/> of the oldest become Waiting with the due time they had, or now.
    /// </summary>
    /// <returns>True while any enabled endpoint has parked deliveries left to let out.</returns>
    ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken);

    /// <summary>
    /// Mends what a jumping clock or a lost race left behind: Waiting deliveries due later than <paramref name="longestDelay"/> from now are
    /// due now, leases that end later than <paramref name="longestLease"/> from now have run out (and stay good for their owner until another
    /// takes over), a block that ends later than <paramref name="longestDelay"/> from now is over, an ordering key whose first delivery still
    /// queues moves up. What never had to wait needs no mending: it is claimable whatever the clock says.
    /// </summary>
    ValueTask HealAsync(TimeSpan longestDelay, TimeSpan longestLease, CancellationToken cancellationToken);

    /// <summary>Deletes closed deliveries past their retention with their attempts, then events and endpoints that nothing refers to; one bounded batch.</summary>
    /// <returns>How many rows were deleted; fewer than the batch size means that none are left.</returns>
    ValueTask<int> PruneAsync(PruneRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Completes when something outside this process may have made a delivery due. It is a hint: it may complete for nothing, and may miss.
    /// It ends with its token, completed or cancelled.
    /// </summary>
    Task WaitForChangeAsync(CancellationToken cancellationToken);
}
