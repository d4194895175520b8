using System.Globalization;
using Outbox.Crash.Child;
using Outbox.Crash.Databases;
using Outbox.Postgres.Tests;
using Outbox.ProviderContract;

namespace Outbox.Crash;

/// <summary>Kills a host again and again, at named points and at random times, and then counts what arrived against what was committed.</summary>
internal sealed class CrashRun
{
    private const string WhileStarting = "while-starting";
    private const string AtRandom = "at-random";
    private const string OnTheWire = "on-the-wire";

    private static readonly TimeSpan NeverReached = TimeSpan.FromMilliseconds(500);

    private readonly string _store;
    private readonly Prng _chance;
    private readonly Action<string> _tell;
    private readonly Receiver _receiver;
    private readonly string _connectionString;
    private readonly CrashDatabase _database;
    private readonly IReadOnlyList<string> _deaths;
    private readonly HashSet<string> _leased = new(StringComparer.Ordinal);
    private readonly List<string> _broken = [];

    private CrashRun(string store, ulong seed, Action<string> tell, Receiver receiver, string connectionString)
    {
        _store = store;
        _chance = new Prng(seed);
        _tell = tell;
        _receiver = receiver;
        _connectionString = connectionString;
        _database = CrashDatabase.Of(store, connectionString);
        _deaths = [WhileStarting, AtRandom, AtRandom, OnTheWire, .. KillPoints.AroundTheStore, .. _database.HasKillableStore ? KillPoints.InTheStore : []];
    }

    public static async Task<Verdict> RunAsync(string store, int cycles, ulong seed, Action<string> tell)
    {
        await using var receiver = await Receiver.StartAsync();
        var (place, connectionString) = await PlaceAsync(store);
        Verdict verdict;
        try
        {
            verdict = await new CrashRun(store, seed, tell, receiver, connectionString).RunAsync(cycles);
        }
        catch
        {
            // It is worth a look; and removing it may fail by the same cause, which would hide this exception.
            tell($"The run failed and leaves its database: {connectionString}");
            throw;
        }

        await place.DisposeAsync();
        return verdict;
    }

    private async Task<Verdict> RunAsync(int cycles)
    {
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            await LiveAndDieAsync(cycle);
            if (cycle % 25 == 24)
            {
                _broken.AddRange(await _database.CheckFilesAsync());
                _tell(string.Create(CultureInfo.InvariantCulture, $"{cycle + 1} cycles, {_receiver.Arrivals.Count} requests"));
            }
        }

        await DrainAsync();
        return await Verdict.OfAsync(_database, _receiver, _leased, _broken);
    }

    private async Task LiveAndDieAsync(int cycle)
    {
        var death = _deaths[_chance.Below(_deaths.Count)];
        var occurrence = 1 + _chance.Below(4);
        var wait = TimeSpan.FromMilliseconds(_chance.Below(600));
        var name = string.Create(CultureInfo.InvariantCulture, $"c{cycle}");
        var trap = death == OnTheWire ? _receiver.SetTrap(name, occurrence) : null;
        using var child = new ChildProcess(Orders(ChildTask.WriteAndDeliver) with
        {
            Name = name,
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
        await await Task.WhenAny(reached, child.SaysAsync("written"));
        await Task.WhenAny(reached, Task.Delay(NeverReached, TimeProvider.System));
    }

    private async Task DrainAsync()
    {
        await _database.OutliveLeasesAsync();
        using var child = new ChildProcess(Orders(ChildTask.Drain));
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

    private ChildOrders Orders(ChildTask task) => new() { Task = task, Store = _store, ConnectionString = _connectionString, Endpoints = _receiver.Endpoints };

    private static async Task<(IAsyncDisposable Place, string ConnectionString)> PlaceAsync(string store)
    {
        if (store == "postgres")
        {
            var database = await ThrowawayDatabase.CreateAsync();
            return (database, database.ConnectionString);
        }

        var folder = new ThrowawayFolder();
        return (folder, $"{(store == "litedb" ? "Filename" : "Data Source")}={folder.File("calls.db")}");
    }
}
