using System.Text.RegularExpressions;
using Outbox.Crash.Child;
using Outbox.Crash.Databases;
using Outbox.Postgres.Tests;

namespace Outbox.Crash;

/// <summary>
/// A host whose PostgreSQL is away for a while, with requests on the wire at the beginning and every loop that it can have: how calm it stays, and
/// how soon it is back.
/// </summary>
/// <param name="Lines">How many lines of each kind the host logged while the server was away; a line that is none of the outbox's is a kind of its own.</param>
/// <param name="Cpu">The share of one processor that the host used meanwhile, once it had noticed.</param>
/// <param name="BackAfter">How long after the server took connections again all was delivered.</param>
/// <param name="Verdict">What became of the deliveries.</param>
internal sealed partial record Outage(IReadOnlyDictionary<string, int> Lines, double Cpu, TimeSpan BackAfter, Verdict Verdict)
{
    /// <summary>The first failure of each loop, and its line, load and compile what is not used again.</summary>
    private static readonly TimeSpan Noticing = TimeSpan.FromSeconds(20);

    /// <summary>The most lines of one kind.</summary>
    public int LinesOfOneKind => Lines.Count == 0 ? 0 : Lines.Values.Max();

    public static async Task<Outage> RunAsync(TimeSpan away, Action<string> tell)
    {
        using var server = PostgresServer.Start();
        await using var receiver = await Receiver.StartAsync();
        var database = new PostgresCrashDatabase($"{server.ConnectionString};Pooling=false;Search Path=public");
        var orders = new ChildOrders
        {
            Task = ChildTask.Write,
            Store = "postgres",
            ConnectionString = $"{server.ConnectionString};Search Path=public",
            Endpoints = receiver.Endpoints,
            Writers = 2,
            CallsPerWriter = 8,
        };
        using (var writer = new ChildProcess(orders))
        {
            await writer.ExitedAsync();
        }

        // Of each writer's six calls two are in no order and four follow each other; slots stay free, so the host looks for more.
        var onTheWire = receiver.SetTrap(orders.Name, 2 * 3 * receiver.Endpoints.Count);
        using var host = new ChildProcess(orders with { Task = ChildTask.Deliver });
        await onTheWire.SprungAsync();
        var said = host.Lines.Count;
        server.Kill();
        onTheWire.Release();
        await Task.Delay(Noticing, TimeProvider.System);
        var before = host.Cpu;
        await Task.Delay(away - Noticing, TimeProvider.System);
        var cpu = (host.Cpu - before) / (away - Noticing);
        var lines = host.Lines.Skip(said).CountBy(KindOf).ToDictionary();
        foreach (var (kind, count) in lines)
        {
            tell($"{count} × {kind}");
        }

        server.StartAgain();
        var began = TimeProvider.System.GetTimestamp();
        await database.UntilAllDeliveredAsync();
        var backAfter = TimeProvider.System.GetElapsedTime(began);
        List<string> broken = [];
        if (await database.AttemptsAsync() is var attempts && attempts != receiver.Arrivals.Count)
        {
            broken.Add($"{receiver.Arrivals.Count} requests arrived, and {attempts} attempts are on record.");
        }

        return new Outage(lines, cpu, backAfter, await Verdict.OfAsync(database, receiver, new HashSet<string>(), broken));
    }

    // A line of the console's logger: "fail: Outbox.Dispatching.Dispatcher[10] The outbox cannot claim: …".
    private static string KindOf(string line) => Kind().Match(line) is { Success: true } kind ? kind.Value : line;

    [GeneratedRegex(@"^\w+: \S+\[\d+\]( The outbox cannot [^:]+)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Kind();
}
