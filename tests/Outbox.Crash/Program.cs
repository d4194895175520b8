using System.Globalization;
using System.Text.Json.Nodes;
using Outbox.Crash.Child;

namespace Outbox.Crash;

/// <summary>
/// <c>dotnet run -c Release --project tests/Outbox.Crash -- --store sqlite --cycles 300</c>: a host that is killed again and again, and a
/// last line of JSON that says what became of its events. With <c>--deliveries 20000</c>: three hosts on one PostgreSQL; with
/// <c>--outage 60</c>: one whose PostgreSQL is away for so many seconds. With <c>child</c> in front it is a host.
/// </summary>
internal static class Program
{
    private const string Usage = "Usage: --store sqlite|postgres|litedb [--cycles 300] [--seed 1], or --deliveries 20000 for three hosts on one PostgreSQL, or --outage 60 for one whose PostgreSQL is away";

    public static async Task<int> Main(string[] args)
    {
        if (args is ["child", var orders])
        {
            await CrashHost.RunAsync(ChildOrders.FromJson(orders));
            return 0;
        }

        if (args.Length % 2 != 0)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        if (Number("--deliveries", 0) is > 0 and var deliveries)
        {
            return Tell(await ThreeHosts.RunAsync(deliveries, Console.WriteLine), "postgres", ("hosts", 3));
        }

        if (Number("--outage", 0) is > 0 and var seconds)
        {
            var outage = await Outage.RunAsync(TimeSpan.FromSeconds(seconds), Console.WriteLine);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"Away {seconds} s: {outage.LinesOfOneKind} lines of one kind at most, CPU {outage.Cpu:P2}, all delivered {outage.BackAfter.TotalSeconds:0.0} s after its start."));
            return Tell(outage.Verdict, "postgres", ("seconds", seconds));
        }

        var store = given.GetValueOrDefault("--store", "sqlite");
        var cycles = Number("--cycles", 300);
        return Tell(await CrashRun.RunAsync(store, cycles, (ulong)Number("--seed", 1), Console.WriteLine), store, ("cycles", cycles));

        int Number(string option, int otherwise) =>
            given.TryGetValue(option, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
    }

    private static int Tell(Verdict verdict, string store, (string Name, int Value) run)
    {
        foreach (var broken in verdict.Broken)
        {
            Console.WriteLine(broken);
        }

        Console.WriteLine(new JsonObject
        {
            ["store"] = store,
            [run.Name] = run.Value,
            ["committed"] = verdict.Committed,
            ["delivered"] = verdict.Delivered,
            ["lost"] = verdict.Lost,
            ["repeated"] = verdict.Repeated,
            ["phantom"] = verdict.Phantom,
        }.ToJsonString());
        return verdict.Broken.Count == 0 ? 0 : 1;
    }
}
