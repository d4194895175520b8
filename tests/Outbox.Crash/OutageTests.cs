using Outbox.Postgres.Tests;
using Xunit.Abstractions;

namespace Outbox.Crash;

/// <summary>Guarantee 7, on a real server that is stopped. Ten minutes of it are one command: see <see cref="Program"/>.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    [PostgresFact]
    public async Task While_PostgreSQL_is_away_the_host_says_so_once_and_then_stores_what_it_had_sent()
    {
        var outage = await Outage.RunAsync(TimeSpan.FromSeconds(50), output.WriteLine);

        output.WriteLine(outage.ToString());
        Assert.Empty(outage.Verdict.Broken);
        Assert.Equal(0, outage.Verdict.Repeated);
        Assert.Equal(1, outage.LinesOfOneKind);
        foreach (var loop in new[] { "claim", "settle", "keep the queue in order", "prune", "look for held events", "count the backlog" })
        {
            Assert.Contains(outage.Lines.Keys, kind => kind.EndsWith($"The outbox cannot {loop}", StringComparison.Ordinal));
        }

        // And the listener, which says it in words of its own.
        Assert.Contains(outage.Lines.Keys, kind => kind.EndsWith("[60]", StringComparison.Ordinal));
        Assert.InRange(outage.Cpu, 0, 0.02);
        Assert.InRange(outage.BackAfter, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }
}
