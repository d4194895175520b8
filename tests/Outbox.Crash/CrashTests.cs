using Outbox.Postgres.Tests;
using Xunit.Abstractions;

namespace Outbox.Crash;

/// <summary>Guarantees 1 to 3 and 5, on hosts that really die. Hundreds of cycles are one command: see <see cref="Program"/>.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Cycles = 12;

    [Fact]
    public Task A_host_on_SQLite_that_is_killed_again_and_again_loses_nothing_and_repeats_only_what_was_in_flight() => DieAsync("sqlite");

    [PostgresFact]
    public Task A_host_on_PostgreSQL_that_is_killed_again_and_again_loses_nothing_and_repeats_only_what_was_in_flight() => DieAsync("postgres");

#if LITEDB
    [Fact]
#else
    [Fact(Skip = "None of the package sources has LiteDB.")]
#endif
    public Task A_host_on_LiteDB_that_is_killed_again_and_again_loses_nothing_and_repeats_only_what_was_in_flight() => DieAsync("litedb");

    private async Task DieAsync(string store)
    {
        var verdict = await CrashRun.RunAsync(store, Cycles, seed: 20, output.WriteLine);

        output.WriteLine(verdict.ToString());
        Assert.Empty(verdict.Broken);
        Assert.InRange(verdict.Committed, Cycles, int.MaxValue);
        Assert.Equal(verdict.Committed, verdict.Delivered);
    }
}
