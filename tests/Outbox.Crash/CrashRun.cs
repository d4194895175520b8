using System.Globalization;
using Outbox.Crash.Child;
using Outbox.Crash.Databases;
using Outbox.Postgres.Tests;
using Outbox.ProviderContract;

namespace Outbox.Crash;

/// <summary>Kills a host again and again, at named points and at random times, and then counts what arrived against what was committed.</summary>
internal sealed class CrashRun : IAsyncDisposable
{
    private const string WhileStarting = "while-starting";
    private const string AtRandom = "at-random";
    private const string OnTheWire = "on-the-wire";

    private static readonly TimeSpan NeverReached = TimeSpan.FromSeconds(3);
    private static readonly IReadOnlyList<string> Deaths = [WhileStarting, AtRandom, AtRandom, OnTheWire, .. KillPoints.All];

    private readonly string _store;
    private readonly Prng _chance;
    private readonly Action<string> _tell;
    private readonly Receiver _receiver;
    private readonly string _connectionString;
    private readonly CrashDatabase _database;
    private readonly IAsyncDisposable _place;
    private readonly HashSet<string> _leased = new(StringComparer.Ordinal);
    private readonly List<string> _broken = [];

    private CrashRun(string store, ulong seed, Action<string> tell, Receiver receiver, IAsyncDisposable place, string connectionString)
    {
        _store = store;
        _chance = new Prng(seed);
        _tell = tell;
        _receiver = receiver;
        _place = place;
        _connectionString = connectionString;
        _database = CrashDatabase.Of(store, connectionString);
    }

    public static async Task<CrashReport> RunAsync(string store, int cycles, ulong seed, Action<string> tell)
    {
        await using var receiver = await Receiver.StartAsync();
        var (place, connectionString) = await PlaceAsync(store);
        await using var run = new CrashRun(store, seed, tell, receiver, place, connectionString);
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            await run.LiveAndDieAsync(cycle);
            if (cycle % 25 == 24)
            {
                run._broken.AddRange(await run._database.CheckFilesAsync());
                tell(string.Create(CultureInfo.InvariantCulture, $"{cycle + 1} cycles, {receiver.Arrivals.Count} requests"));
            }
        }

        await run.DrainAsync();
        return await run.JudgeAsync(cycles);
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    private async Task LiveAndDieAsync(int cycle)
    {
        var death = Deaths[_chance.Below(Deaths.Count)];
        var occurrence = 1 + _chance.Below(6);
        var wait = TimeSpan.FromMilliseconds(_chance.Below(600));
        var trap = death == OnTheWire ? _receiver.SetTrap(occurrence) : null;
        using var child = new ChildProcess(Orders() with
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"c{cycle}"),
            KillPoint = death,
            Occurrence = occurrence,
        });

        if (death == WhileStarting)
        {
            await Task.Delay(wait, TimeProvider.System);
        }
        else
        {
            await child.SaysAsync("ready");
            await (death == AtRandom ? Task.Delay(wait, TimeProvider.System) : ReachedAsync(trap?.SprungAsync() ?? child.SaysAsync($"at {death}"), child));
        }

        await child.KillAsync();
        trap?.Release();
        Learn(child, $"Cycle {cycle} ({death})");
        if (_chance.Below(3) > 0)
        {
            await _database.OutliveLeasesAsync();
        }
    }

    // What is left to do may end before the point is reached as often as ordered; then the host dies idle.
    private static async Task ReachedAsync(Task reached, ChildProcess child)
    {
        await Task.WhenAny(reached, child.SaysAsync("written"));
        await Task.WhenAny(reached, Task.Delay(NeverReached, TimeProvider.System));
    }

    private async Task DrainAsync()
    {
        await _database.OutliveLeasesAsync();
        using var child = new ChildProcess(Orders() with { Drain = true });
        if (await child.ExitedAsync() is not 0 and var code)
        {
            _broken.Add($"The last host ended with {code}: {string.Join('\n', child.Lines)}");
        }

        Learn(child, "The last host");
    }

    private void Learn(ChildProcess child, string who)
    {
        var inFlight = 0;
        foreach (var line in child.Lines)
        {
            if (line.StartsWith("leased ", StringComparison.Ordinal))
            {
                inFlight = line["leased ".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Count(_leased.Add);
            }
            else if (line is not "ready" and not "written" && !line.StartsWith("at ", StringComparison.Ordinal))
            {
                _broken.Add($"{who} said: {line}");
            }
        }

        if (inFlight > CrashHost.MaxInFlight)
        {
            _broken.Add($"{who} found {inFlight} new leases, but no host may have more than {CrashHost.MaxInFlight} in flight.");
        }
    }

    private async Task<CrashReport> JudgeAsync(int cycles)
    {
        var committed = await _database.CommittedAsync();
        var requests = _receiver.Arrivals.ToList();
        var deliveries = requests.GroupBy(arrival => arrival.Delivery).ToList();
        var arrived = deliveries.Select(delivery => (delivery.First().Call, delivery.Key.Url)).ToHashSet();
        var owed = committed.SelectMany(call => _receiver.Endpoints.Select(url => (call, url))).ToHashSet();
        _broken.AddRange(owed.Except(arrived).Select(lost => $"Lost: {lost}"));
        _broken.AddRange(arrived.Except(owed).Select(phantom => $"Phantom: {phantom}"));
        _broken.AddRange(deliveries.Where(delivery => delivery.Select(arrival => arrival.Hash).Distinct().Skip(1).Any()).Select(delivery => $"Other bytes: {delivery.Key}"));
        _broken.AddRange(deliveries.Where(delivery => Repeats(delivery) > 0 && Repeats(delivery) > InFlight(delivery.Key)).Select(delivery =>
            $"{delivery.Key} was repeated {Repeats(delivery)} times but was in flight at {InFlight(delivery.Key)} deaths."));
        _broken.AddRange(Overtaken(deliveries));
        _broken.AddRange(await _database.CheckRowsAsync());
        _broken.AddRange(await _database.CheckFilesAsync());
        return new CrashReport(
            _store, cycles, owed.Count, owed.Intersect(arrived).Count(), owed.Except(arrived).Count(), deliveries.Sum(Repeats), arrived.Except(owed).Count(), _broken);
    }

    private int InFlight((string Event, string Url) delivery) =>
        _leased.Count(lease => lease.StartsWith($"{delivery.Event}|{delivery.Url}|", StringComparison.Ordinal));

    // A request that was refused asked for another one.
    private static int Repeats(IEnumerable<Arrival> delivery) => delivery.Count(arrival => !arrival.Refused) - (delivery.Last().Refused ? 0 : 1);

    /// <summary>Ordered calls have even numbers; each one's first request must come after that of the one before it.</summary>
    private static IEnumerable<string> Overtaken(IEnumerable<IGrouping<(string Event, string Url), Arrival>> deliveries) => deliveries
        .Select(delivery => delivery.First())
        .Where(first => first.Number % 2 == 0)
        .GroupBy(first => (first.Key, first.Delivery.Url))
        .SelectMany(queue => queue.Zip(queue.Skip(1)))
        .Where(pair => pair.First.Number > pair.Second.Number)
        .Select(pair => $"{pair.First.Call} overtook {pair.Second.Call} at {pair.First.Delivery.Url}.");

    private ChildOrders Orders() => new() { Store = _store, ConnectionString = _connectionString, Endpoints = _receiver.Endpoints };

    private static async Task<(IAsyncDisposable Place, string ConnectionString)> PlaceAsync(string store)
    {
        if (store == "postgres")
        {
            var database = await ThrowawayDatabase.CreateAsync();
            return (database, database.ConnectionString);
        }

        var folder = new ThrowawayFolder();
        return (folder, $"Data Source={folder.File("calls.db")}");
    }
}
