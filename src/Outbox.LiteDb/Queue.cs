using System.Security.Cryptography;
using System.Text;
using Outbox.Deliveries;

namespace Outbox.LiteDb;

/// <summary>
/// The index keys of deliveries. LiteDB has no partial indexes; instead each delivery is at one place of one index at a time, and whoever looks
/// for work reads only the stretch that holds it.
/// </summary>
internal static class Queue
{
    /// <summary>The order that ordering keys have, in a collection that knows only the open ones: endpoint, key, queued or not, oldest first.</summary>
    public const string Turns = "outbox_turn";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The endpoints' lanes: what is ready, by endpoint, oldest due first.</summary>
    public static byte[] Lane(long endpointKey) => Ordinal.Of((long)DeliveryStatus.Waiting, (long)Gate.Ready, endpointKey);

    public static byte[] LanesEnd { get; } = Ordinal.After(Ordinal.Of((long)DeliveryStatus.Waiting, (long)Gate.Ready));

    /// <summary>What waits for a time, soonest first, up to that time.</summary>
    public static byte[] Scheduled(Gate gate, long until) => Ordinal.Of((long)DeliveryStatus.Waiting, (long)gate, until);

    /// <summary>What is on the wire, by the end of its lease.</summary>
    public static byte[] Leased(long until) => Ordinal.Of((long)DeliveryStatus.Delivering, until);

    /// <summary>What is closed, by the time it was.</summary>
    public static byte[] Closed(DeliveryStatus status, long until) => Ordinal.Of((long)status, until);

    public static byte[] Parked(long endpointKey) => Ordinal.Of((long)DeliveryStatus.Parked, endpointKey);

    public static byte[] Place(DeliveryRow row) => row.Status switch
    {
        DeliveryStatus.Waiting when row.Gate == Gate.Ready =>
            Ordinal.Of((long)row.Status, (long)row.Gate, row.EndpointKey, row.DueAt, row.Key),
        DeliveryStatus.Waiting => Ordinal.Of((long)row.Status, (long)row.Gate, row.DueAt, row.Key),
        DeliveryStatus.Delivering => Ordinal.Of((long)row.Status, row.LeaseUntil ?? 0, row.Key),
        DeliveryStatus.Parked => Ordinal.Of((long)row.Status, row.EndpointKey, row.Key),
        _ => Ordinal.Of((long)row.Status, row.ClosedAt ?? 0, row.Key),
    };

    /// <summary>All deliveries of an endpoint, by status, oldest first.</summary>
    public static byte[] Owed(long endpointKey, DeliveryStatus status, long key) => Ordinal.Of(endpointKey, (long)status, key);

    public static byte[] Turn(long endpointKey, string orderingKey, bool queued, long key) =>
        [.. TurnsOf(endpointKey, orderingKey), .. Ordinal.Of(queued ? 1 : 0, key)];

    public static byte[] TurnsOf(long endpointKey, string orderingKey) =>
        [.. Ordinal.Of(endpointKey), .. SHA256.HashData(Utf8.GetBytes(orderingKey))];

    /// <summary>The part that all turns of one key at one endpoint begin with.</summary>
    public static byte[] PrefixOf(byte[] turn) => turn[..^(2 * sizeof(long))];

    public static bool IsQueued(byte[] turn) => Ordinal.Number(turn, (turn.Length / sizeof(long)) - 2) == 1;
}
