using System.Text.RegularExpressions;
using Outbox.Crash.Child;
using Outbox.Crash.Databases;
using Outbox.Postgres.Tests;

namespace Outbox.Crash;

/// <summary>A host whose PostgreSQL is away for a while, with requests on the wire at the beginning: how calm it stays, and how soon it is back.</summary>
/// <param name="LinesOfOneKind">The most log lines of one kind while the server was away.</param>
/// <param name="Cpu">The share of one processor that the host used meanwhile, once it had noticed.</param>
/// <param name="BackAfter">How long after the server's start all was delivered.</param>
/// <param name="Verdict">What became of the deliveries.</param>
internal sealed partial record Outage(int LinesOfOneKind, double Cpu, TimeSpan BackAfter, Verdict Verdict)
{
    /// <summary>The first failures load and compile what is never used again.</summary>
    private static readonly TimeSpan Noticing = TimeSpan.FromSeconds(5);

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
        server.Kill();
        onTheWire.Release();
        await Task.Delay(Noticing, TimeProvider.System);
        var before = host.Cpu;
        await Task.Delay(away - Noticing, TimeProvider.System);
        var cpu = (host.Cpu - before) / (away - Noticing);
        var lines = host.Lines.Select(line => Kind().Match(line)).Where(line => line.Success).GroupBy(line => line.Value).ToList();
        foreach (var kind in lines)
        {
            tell($"{kind.Count()} × {kind.Key}");
        }

        var began = TimeProvider.System.GetTimestamp();
        server.StartAgain();
        await database.UntilAllDeliveredAsync();
        var backAfter = TimeProvider.System.GetElapsedTime(began);
        return new Outage(lines.Max(kind => kind.Count()), cpu, backAfter, await Verdict.OfAsync(database, receiver, new HashSet<string>(), []));
    }

    [GeneratedRegex(@"^\w+: \S+ The outbox [^:]+", RegexOptions.None, 1000)]
    private static partial Regex Kind();
}
