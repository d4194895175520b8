using Outbox.Postgres.Tests;
using Xunit.Abstractions;

namespace Outbox.Crash;

/// <summary>Guarantee 7. A minute's outage, with what it costs, is one command: see <see cref="Program"/>.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    [PostgresFact]
    public async Task While_PostgreSQL_is_away_the_host_says_so_once_and_then_stores_what_it_had_sent()
    {
        var outage = await Outage.RunAsync(TimeSpan.FromSeconds(8), output.WriteLine);

        output.WriteLine(outage.ToString());
        Assert.Empty(outage.Verdict.Broken);
        Assert.Equal(1, outage.LinesOfOneKind);
        Assert.Equal(0, outage.Verdict.Repeated);
        Assert.InRange(outage.BackAfter, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }
}
