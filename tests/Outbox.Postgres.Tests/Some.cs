using System.Data.Common;
using System.Globalization;
using Outbox.Deliveries;
using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.Postgres.Tests;

/// <summary>Valid things with unlike ids, and the store's members with the arguments filled in that most tests do not care about.</summary>
internal static class Some
{
    /// <summary>How long a test waits for what must come; only a failing one waits this long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static long _last;

    public static NewEvent Event(string? orderingKey = null) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"evt_{Interlocked.Increment(ref _last):d20}"),
        Type = "call.ended",
        Scopes = ["all"],
        Data = """{"n":1}"""u8.ToArray(),
        OrderingKey = orderingKey,
    };

    public static StoredEndpoint Endpoint() => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"ep_{Interlocked.Increment(ref _last):d20}"),
        Scope = "all",
        Url = "https://receiver.example/hooks",
        Profile = "standard",
        CreatedAt = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero),
    };

    public static async Task<StoredEndpoint> PutAsync(this OutboxStores stores, StoredEndpoint endpoint, DbTransaction? transaction = null) =>
        await stores.Endpoints.PutAsync(new EndpointLookup { Id = endpoint.Id }, _ => endpoint, transaction, CancellationToken.None);

    public static async Task<EnqueueResult> EnqueueAsync(this OutboxStores stores, NewEvent newEvent, DbTransaction? transaction = null) =>
        await stores.Outbox.EnqueueAsync(newEvent, transaction, CancellationToken.None);

    public static async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(this OutboxStores stores, string owner = "owner-1", int limit = 100) =>
        (await stores.Outbox.ClaimAsync(
            new ClaimRequest
            {
                Owner = owner,
                Limit = limit,
                LimitPerEndpoint = limit,
                InFlight = new Dictionary<string, int>(StringComparer.Ordinal),
                Lease = TimeSpan.FromMinutes(5),
            },
            CancellationToken.None)).Deliveries;

    public static async Task<IReadOnlyList<bool>> SettleAsync(
        this OutboxStores stores, IEnumerable<ClaimedDelivery> deliveries, DeliveryTransition? transition = null) =>
        (await stores.Outbox.SettleAsync(
            [.. deliveries.Select(delivery => new Settlement(
                delivery,
                transition ?? DeliveryTransition.Delivered,
                new AttemptRecord { StartedAt = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), Duration = TimeSpan.FromMilliseconds(20), StatusCode = 200 }))],
            CancellationToken.None)).Stored;
}
