using System.Diagnostics;
using System.Text.Json;
using Outbox.Postgres.Tests;

namespace Outbox.Benchmarks.Tests;

/// <summary>
/// Each scenario, as its command line starts it, with so few deliveries that its figures mean nothing: it must run, and say what was measured.
/// </summary>
public sealed class ScenarioTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Each scenario, with its count.</summary>
    public static TheoryData<string, string> Scenarios { get; } = new()
    {
        { "drain", "100" },
        { "enqueue", "50" },
        { "latency", "50" },
        { "growth", "100" },
        { "isolation", "100" },
        { "memory", "100" },
        { "idle", "1" },
        { "hosts", "100" },
    };

    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task A_scenario_runs_on_SQLite(string scenario, string count) => RunAsync(scenario, "sqlite", count);

    [PostgresTheory]
    [MemberData(nameof(Scenarios))]
    public Task A_scenario_runs_on_PostgreSQL(string scenario, string count) => RunAsync(scenario, "postgres", count);

#if LITEDB
    [Theory]
#else
    [Theory(Skip = "None of the package sources has LiteDB.")]
#endif
    [MemberData(nameof(Scenarios))]
    public Task A_scenario_runs_on_LiteDB(string scenario, string count) => RunAsync(scenario, "litedb", count);

    private static async Task RunAsync(string scenario, string store, string count)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Outbox.Benchmarks.dll");
        var start = new ProcessStartInfo("dotnet", [program, scenario, "--store", store, "--count", count, "--rounds", "1"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (store == "postgres")
        {
            start.Environment["OUTBOX_BENCH_POSTGRES"] = PostgresServer.SharedConnectionString;
        }

        using var process = Process.Start(start)!;
        using var late = new CancellationTokenSource(Patience);
        await using var ended = late.Token.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal("", await errors);
        Assert.Equal(0, process.ExitCode);
        var results = output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.NotEmpty(results);
        Assert.All(results, result =>
        {
            Assert.Equal(scenario, result.GetProperty("scenario").GetString());
            Assert.Equal(store, result.GetProperty("store").GetString());
            Assert.True(IsNull(result) || result.GetProperty("value").GetDouble() >= 0);
        });
        Assert.Equal(NotForThisStore(scenario, store), results.Count(IsNull));
        Assert.Equal(NotForThisStore(scenario, store), output.Split("not for this store").Length - 1);
        Assert.Contains(" cores, ", output, StringComparison.Ordinal);
    }

    private static bool IsNull(JsonElement result) => result.GetProperty("value").ValueKind == JsonValueKind.Null;

    /// <summary>How much of a scenario the store has nothing of: waking other hosts, its statements' count, more processes than one.</summary>
    private static int NotForThisStore(string scenario, string store) => (scenario, store) switch
    {
        ("enqueue", not "postgres") => 1,
        ("idle", "litedb") => 1,
        ("hosts", "litedb") => 4,
        _ => 0,
    };

    private sealed class PostgresTheoryAttribute : TheoryAttribute
    {
        public PostgresTheoryAttribute() => Skip = PostgresServer.SkipReason;
    }
}
