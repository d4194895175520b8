using System.Globalization;
using Outbox.Crash.Child;

namespace Outbox.Crash;

/// <summary>
/// <c>dotnet run -c Release --project tests/Outbox.Crash -- --store sqlite --cycles 300</c>: a host that is killed again and again, and a
/// last line of JSON that says what became of its events. With <c>child</c> in front it is that host.
/// </summary>
internal static class Program
{
    private const string Usage = "Usage: --store sqlite|postgres [--cycles 300] [--seed 1]";

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
        var store = given.GetValueOrDefault("--store", "sqlite");
        var cycles = int.Parse(given.GetValueOrDefault("--cycles", "300"), CultureInfo.InvariantCulture);
        var seed = ulong.Parse(given.GetValueOrDefault("--seed", "1"), CultureInfo.InvariantCulture);

        var report = await CrashRun.RunAsync(store, cycles, seed, Console.WriteLine);
        foreach (var broken in report.Broken)
        {
            Console.WriteLine(broken);
        }

        Console.WriteLine(report.ToJson());
        return report.Broken.Count == 0 ? 0 : 1;
    }
}
