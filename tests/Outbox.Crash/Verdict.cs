using Outbox.Crash.Databases;

namespace Outbox.Crash;

/// <summary>What became of all deliveries of a run.</summary>
/// <param name="Committed">The deliveries that committed events owed.</param>
/// <param name="Delivered">Those of them that arrived.</param>
/// <param name="Lost">Those that did not.</param>
/// <param name="Repeated">Requests for a delivery that had been accepted or torn off before.</param>
/// <param name="Phantom">Deliveries that arrived although their event was never committed.</param>
/// <param name="Broken">What was promised and did not hold, in sentences; empty if all is well.</param>
internal sealed record Verdict(int Committed, int Delivered, int Lost, int Repeated, int Phantom, IReadOnlyList<string> Broken)
{
    /// <summary>Compares what arrived with what is in the database.</summary>
    /// <param name="database">The truth.</param>
    /// <param name="receiver">Who received.</param>
    /// <param name="inFlight">What was leased when a host died or stood still, as <see cref="CrashDatabase.LeasedAsync"/> says it: what may be repeated.</param>
    /// <param name="broken">What is known to be broken already.</param>
    public static async Task<Verdict> OfAsync(CrashDatabase database, Receiver receiver, IReadOnlySet<string> inFlight, IEnumerable<string> broken)
    {
        var committed = await database.CommittedAsync();
        var deliveries = receiver.Arrivals.GroupBy(arrival => arrival.Delivery).ToList();
        var arrived = deliveries.Select(delivery => (delivery.First().Call, delivery.Key.Url)).ToHashSet();
        var owed = committed.SelectMany(call => receiver.Endpoints.Select(url => (call, url))).ToHashSet();
        var lost = owed.Except(arrived).ToList();
        var phantom = arrived.Except(owed).ToList();
        return new Verdict(owed.Count, owed.Count - lost.Count, lost.Count, deliveries.Sum(Repeats), phantom.Count,
        [
            .. broken,
            .. lost.Select(delivery => $"Lost: {delivery}"),
            .. phantom.Select(delivery => $"Phantom: {delivery}"),
            .. deliveries.Where(delivery => delivery.Select(arrival => arrival.Hash).Distinct().Skip(1).Any()).Select(delivery => $"Other bytes: {delivery.Key}"),
            .. Unexpected(deliveries, inFlight),
            .. Overtaken(deliveries),
            .. await database.CheckRowsAsync(),
            .. await database.CheckFilesAsync(),
        ]);
    }

    // A request that was refused asked for another one.
    private static int Repeats(IEnumerable<Arrival> delivery) => delivery.Count(arrival => !arrival.Refused) - (delivery.Last().Refused ? 0 : 1);

    /// <summary>Repeats beyond one for each time that the delivery was in flight.</summary>
    private static IEnumerable<string> Unexpected(IEnumerable<IGrouping<(string Event, string Url), Arrival>> deliveries, IReadOnlySet<string> inFlight)
    {
        foreach (var delivery in deliveries.Where(delivery => Repeats(delivery) > 0))
        {
            var allowed = inFlight.Count(lease => lease.StartsWith($"{delivery.Key.Event}|{delivery.Key.Url}|", StringComparison.Ordinal));
            if (Repeats(delivery) > allowed)
            {
                yield return $"{delivery.Key} was repeated {Repeats(delivery)} times, but was in flight at {allowed} deaths.";
            }
        }
    }

    /// <summary>Ordered calls have even numbers; each one's first request must come after that of the one before it.</summary>
    private static IEnumerable<string> Overtaken(IEnumerable<IGrouping<(string Event, string Url), Arrival>> deliveries) => deliveries
        .Select(delivery => delivery.First())
        .Where(first => first.Number % 2 == 0)
        .GroupBy(first => (first.Key, first.Delivery.Url))
        .SelectMany(queue => queue.Zip(queue.Skip(1)))
        .Where(pair => pair.First.Number > pair.Second.Number)
        .Select(pair => $"{pair.First.Call} overtook {pair.Second.Call} at {pair.First.Delivery.Url}.");
}
