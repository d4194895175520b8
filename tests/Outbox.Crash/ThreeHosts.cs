using Outbox.Crash.Child;
using Outbox.Crash.Databases;
using Outbox.Postgres.Tests;

namespace Outbox.Crash;

/// <summary>
/// Three hosts as processes on one PostgreSQL. In the middle of their work one is killed, one stands still past its leases, the server dies
/// and is started again, and the one that stood still goes on.
/// </summary>
internal sealed class ThreeHosts(PostgresServer server, Receiver receiver, int deliveries, Action<string> tell)
{
    /// <summary>As short as the built-in profiles let it be: twice their longest attempt.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(34);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // Without a pool: what it kept would be cut when the server dies.
    private readonly PostgresCrashDatabase _database = new(server.ConnectionString + ";Pooling=false;Search Path=public");
    private readonly HashSet<string> _inFlight = new(StringComparer.Ordinal);
    private readonly List<string> _broken = [];

    public static async Task<Verdict> RunAsync(int deliveries, Action<string> tell)
    {
        using var server = PostgresServer.Start();
        await using var receiver = await Receiver.StartAsync();
        return await new ThreeHosts(server, receiver, deliveries, tell).RunAsync();
    }

    private async Task<Verdict> RunAsync()
    {
        await WriteAsync();
        using var steady = Start("steady");
        using var paused = Start("paused");
        using var killed = Start("killed");

        await ArrivedAsync(0.2);
        await KillAsync(killed);
        await ArrivedAsync(0.4);
        await PauseAsync(paused);
        await ArrivedAsync(0.6);
        server.Kill();
        server.StartAgain();
        tell("PostgreSQL died and was started again.");
        await AllDeliveredAsync();
        await ContinueAsync(paused);

        if (steady.HasEnded || paused.HasEnded)
        {
            _broken.Add("A host ended by itself.");
        }

        return await Verdict.OfAsync(_database, receiver, _inFlight, _broken);
    }

    private async Task WriteAsync()
    {
        const int Writers = 8;
        var committed = deliveries / receiver.Endpoints.Count;
        using var writer = new ChildProcess(Orders("writer", ChildTask.Write) with
        {
            Writers = Writers,
            // Three of four are committed.
            CallsPerWriter = (committed + (3 * Writers) - 1) / (3 * Writers) * 4,
        });
        if (await writer.ExitedAsync() != 0)
        {
            throw new InvalidOperationException($"The writer failed: {string.Join('\n', writer.Lines)}");
        }

        tell($"{await _database.OpenAsync()} deliveries are owed.");
    }

    private async Task KillAsync(ChildProcess host)
    {
        await host.KillAsync();
        var leased = await _database.LeasedAsync(host.Id);
        _inFlight.UnionWith(leased);
        tell($"One host was killed with {leased.Count} deliveries in flight.");
    }

    /// <summary>Stops the host when all its slots wait for answers, which then come while it cannot read them.</summary>
    private async Task PauseAsync(ChildProcess host)
    {
        var trap = receiver.SetTrap("paused", CrashHost.MaxInFlight);
        await trap.SprungAsync().WaitAsync(Patience);
        await host.PauseAsync();
        trap.Release();
        var leased = await _database.LeasedAsync(host.Id);
        _inFlight.UnionWith(leased);
        tell($"One host was stopped with {leased.Count} deliveries in flight.");
        if (leased.Count != CrashHost.MaxInFlight)
        {
            _broken.Add($"The host was stopped with {CrashHost.MaxInFlight} requests on the wire and {leased.Count} leases.");
        }
    }

    /// <summary>Lets it go on: it learns of its answers, and may store none of them.</summary>
    private async Task ContinueAsync(ChildProcess host)
    {
        var before = await _database.SettledAsync();
        await host.ContinueAsync();
        await UntilAsync(() => Refused(host) == CrashHost.MaxInFlight);
        var after = await _database.SettledAsync();
        _broken.AddRange(after.Except(before).Select(row => $"The host that had stood still wrote {row}"));
        tell($"It went on, and {Refused(host)} of its settlements were refused.");
    }

    private static int Refused(ChildProcess host) => host.Lines.Count(line => line.Contains("was not stored as", StringComparison.Ordinal));

    private Task ArrivedAsync(double share) => UntilAsync(() => receiver.Arrivals.Count >= share * deliveries);

    private async Task AllDeliveredAsync()
    {
        await _database.UntilAllDeliveredAsync();
        tell($"All are delivered, by {receiver.Arrivals.Count} requests.");
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!isSo())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private ChildProcess Start(string name) => new(Orders(name, ChildTask.Deliver));

    private ChildOrders Orders(string name, ChildTask task) => new()
    {
        Task = task,
        Store = "postgres",
        ConnectionString = server.ConnectionString + ";Search Path=public",
        Endpoints = receiver.Endpoints,
        Name = name,
        Lease = Lease,
    };
}
