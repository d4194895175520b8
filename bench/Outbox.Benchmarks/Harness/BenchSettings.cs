using System.Globalization;
using Outbox.Benchmarks.Stores;

namespace Outbox.Benchmarks.Harness;

/// <summary>What the command line says. A scenario has its own defaults for what is left out.</summary>
internal sealed record BenchSettings(string Scenario, string Store, int? Count, int? Concurrency, int? Rounds)
{
    public static BenchSettings? TryParse(string[] args)
    {
        if (args.Length == 0 || args.Length % 2 == 0)
        {
            return null;
        }

        var settings = new BenchSettings(args[0], "sqlite", null, null, null);
        for (var i = 1; i < args.Length; i += 2)
        {
            var value = args[i + 1];
            var number = int.TryParse(value.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture, out var parsed) && parsed > 0 ? parsed : (int?)null;
            var next = (args[i], number) switch
            {
                ("--store", _) when BenchStores.Names.Contains(value) => settings with { Store = value },
                ("--count", { } count) => settings with { Count = count },
                ("--concurrency", { } concurrency) => settings with { Concurrency = concurrency },
                ("--rounds", { } rounds) => settings with { Rounds = rounds },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            settings = next;
        }

        return settings;
    }

    public Task<IBenchDatabase> CreateDatabaseAsync() => BenchStores.CreateAsync(Store);
}
