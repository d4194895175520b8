using System.Data.Common;
using System.Text;
using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>The store's members with the arguments that most cases do not care about filled in.</summary>
internal static class StoreVerbs
{
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    public static async Task<StoredEndpoint> PutAsync(this OutboxStores stores, StoredEndpoint endpoint, DbTransaction? transaction = null) =>
        await stores.Endpoints.PutAsync(new EndpointLookup { Id = endpoint.Id }, _ => endpoint, transaction, CancellationToken.None);

    public static async Task<StoredEndpoint> ChangeAsync(this OutboxStores stores, StoredEndpoint endpoint, Func<StoredEndpoint, StoredEndpoint> change) =>
        await stores.Endpoints.PutAsync(new EndpointLookup { Id = endpoint.Id }, found => change(found!), null, CancellationToken.None);

    public static Task<StoredEndpoint> DisableAsync(this OutboxStores stores, StoredEndpoint endpoint, string reason = "operator") =>
        stores.ChangeAsync(endpoint, found => found with { DisabledAt = found.CreatedAt, DisabledReason = reason });

    public static Task<StoredEndpoint> EnableAsync(this OutboxStores stores, StoredEndpoint endpoint) =>
        stores.ChangeAsync(endpoint, found => found with { DisabledAt = null, DisabledReason = null });

    public static async Task<EnqueueResult> EnqueueAsync(this OutboxStores stores, NewEvent newEvent, DbTransaction? transaction = null) =>
        await stores.Outbox.EnqueueAsync(newEvent, transaction, CancellationToken.None);

    /// <summary>Enqueues an event that exactly one endpoint wants, and returns its delivery's id.</summary>
    public static async Task<string> OweAsync(this OutboxStores stores, NewEvent? newEvent = null) =>
        Assert.Single((await stores.EnqueueAsync(newEvent ?? Some.Event())).DeliveryIds);

    public static async Task<ArtifactOutcome> ReleaseAsync(this OutboxStores stores, HoldRelease release, DbTransaction? transaction = null) =>
        await stores.Outbox.ReleaseHoldAsync(release, transaction, CancellationToken.None);

    public static async Task<ClaimResult> AskAsync(
        this OutboxStores stores,
        string owner = "owner-1",
        int limit = 100,
        int perEndpoint = 100,
        IReadOnlyDictionary<string, int>? inFlight = null,
        int mostPerEndpoint = int.MaxValue,
        params IReadOnlyList<long> unsettled) =>
        await stores.Outbox.ClaimAsync(
            new ClaimRequest
            {
                Owner = owner,
                Limit = limit,
                LimitPerEndpoint = perEndpoint,
                InFlight = inFlight ?? new Dictionary<string, int>(StringComparer.Ordinal),
                MostPerEndpoint = mostPerEndpoint,
                Unsettled = unsettled,
                Lease = Lease,
            },
            CancellationToken.None);

    public static async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(this OutboxStores stores, string owner = "owner-1", int limit = 100) =>
        (await stores.AskAsync(owner, limit)).Deliveries;

    public static async Task<ClaimedDelivery> ClaimOneAsync(this OutboxStores stores, string owner = "owner-1") =>
        Assert.Single(await stores.ClaimAsync(owner));

    public static async Task<bool> SettleAsync(
        this OutboxStores stores, ClaimedDelivery delivery, DeliveryTransition transition, AttemptRecord? attempt = null) =>
        Assert.Single(await stores.SettleAllAsync(
            new Settlement(delivery, transition, transition.CountsAttempt ? attempt ?? Some.Attempt() : null)));

    public static async Task<IReadOnlyList<bool>> SettleAllAsync(this OutboxStores stores, params Settlement[] settlements) =>
        (await stores.Outbox.SettleAsync(settlements, CancellationToken.None)).Stored;

    public static async Task<IReadOnlyList<NewEvent>> NoticesAsync(this OutboxStores stores, params Settlement[] settlements) =>
        (await stores.Outbox.SettleAsync(settlements, CancellationToken.None)).Notices;

    public static Task<bool> DeliverAsync(this OutboxStores stores, ClaimedDelivery delivery) =>
        stores.SettleAsync(delivery, DeliveryTransition.Delivered, Some.Attempt(200));

    /// <summary>Claims and settles until nothing is due, one at a time, and returns the ids in the order they were claimed.</summary>
    public static async Task<IReadOnlyList<string>> DeliverAllAsync(this OutboxStores stores, string owner = "owner-1")
    {
        var ids = new List<string>();
        while (await stores.ClaimAsync(owner, limit: 1) is [var claimed])
        {
            ids.Add(claimed.Id);
            Assert.True(await stores.DeliverAsync(claimed));
        }

        return ids;
    }

    public static async Task<DeliveryDetails> DetailsAsync(this OutboxStores stores, string deliveryId) =>
        await stores.Deliveries.GetAsync(deliveryId, CancellationToken.None)
        ?? throw new InvalidOperationException($"There is no delivery '{deliveryId}'.");

    public static async Task<IReadOnlyList<DeliveryInfo>> ListAsync(this OutboxStores stores, DeliveryFilter? filter = null) =>
        (await stores.Deliveries.ListAsync(filter ?? new(), 500, null, CancellationToken.None)).Deliveries;

    public static async Task<int> ReplayAsync(this OutboxStores stores, string deliveryId) =>
        (await stores.Deliveries.ReplayAsync(deliveryId, new(), 1, null, CancellationToken.None)).Replayed;

    public static async Task<bool> CancelAsync(this OutboxStores stores, string deliveryId) =>
        await stores.Deliveries.CancelAsync(deliveryId, "operator", CancellationToken.None);

    public static async Task<int> ParkAsync(this OutboxStores stores, int limit = 1000) => await stores.Outbox.ParkAsync(limit, CancellationToken.None);

    public static async Task<bool> DrainAsync(this OutboxStores stores, int portion = 1000) =>
        await stores.Outbox.DrainAsync(portion, TimeSpan.FromMinutes(2), CancellationToken.None);

    public static async Task HealAsync(this OutboxStores stores) =>
        await stores.Outbox.HealAsync(TimeSpan.FromDays(2), TimeSpan.FromMinutes(10), CancellationToken.None);

    public static async Task<TimeSpan?> NextDueInAsync(this OutboxStores stores) => await stores.Outbox.NextDueInAsync(CancellationToken.None);

    public static string Text(this ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}
