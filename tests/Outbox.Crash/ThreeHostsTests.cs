using Outbox.Postgres.Tests;
using Xunit.Abstractions;

namespace Outbox.Crash;

/// <summary>Many hosts on one PostgreSQL. With 20,000 deliveries it is one command: see <see cref="Program"/>.</summary>
public sealed class ThreeHostsTests(ITestOutputHelper output)
{
    [PostgresFact]
    public async Task Three_hosts_deliver_all_though_one_dies_one_stands_still_past_its_leases_and_the_server_is_killed()
    {
        var verdict = await ThreeHosts.RunAsync(deliveries: 3_000, output.WriteLine);

        output.WriteLine(verdict.ToString());
        Assert.Empty(verdict.Broken);
        Assert.InRange(verdict.Delivered, 3_000, 3_100);
        Assert.InRange(verdict.Repeated, 1, 2 * Child.CrashHost.MaxInFlight);
    }
}
