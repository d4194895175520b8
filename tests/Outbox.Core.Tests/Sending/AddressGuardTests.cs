using System.Net;
using System.Net.NetworkInformation;
using Outbox.Sending;
using Outbox.Testing;

namespace Outbox.Tests.Sending;

public sealed class AddressGuardTests
{
    private readonly WebhookSendingOptions _options = new();

    public static IEnumerable<object[]> Addresses => AddressTable.All.Select(row => new object[] { row.Address, row.Allowed });

    [Theory]
    [MemberData(nameof(Addresses))]
    public void Public_addresses_only(string address, bool allowed) => Assert.Equal(allowed, IsAllowed(address));

    [Fact]
    public void The_table_has_300_different_addresses()
        => Assert.InRange(AddressTable.All.DistinctBy(row => IPAddress.Parse(row.Address)).Count(), 300, 1000);

    [Theory]
    [InlineData("fe80::1%2")]
    [InlineData("2606:4700::1111%3")]
    [InlineData("::1%1")]
    [InlineData("::ffff:8.8.8.8%3")]
    public void A_scope_id_is_refused_whatever_is_allowed(string address)
    {
        _options.AllowLocalReceivers = true;
        _options.AllowedNetworks.Add(IPNetwork.Parse("fe80::/10"));
        _options.AllowedNetworks.Add(IPNetwork.Parse("2606::/16"));

        Assert.False(IsAllowed(address));
    }

    [Fact]
    public void An_allowed_network_wins_over_the_built_in_refusals()
    {
        _options.AllowedNetworks.Add(IPNetwork.Parse("10.20.0.0/16"));

        Assert.True(IsAllowed("10.20.3.4"));
        Assert.True(IsAllowed("::ffff:10.20.3.4"));
        Assert.False(IsAllowed("10.21.3.4"));
    }

    [Fact]
    public void A_refused_network_wins_over_everything()
    {
        _options.AllowLocalReceivers = true;
        _options.AllowedNetworks.Add(IPNetwork.Parse("10.0.0.0/8"));
        _options.RefusedNetworks.Add(IPNetwork.Parse("10.20.0.0/16"));
        _options.RefusedNetworks.Add(IPNetwork.Parse("8.8.8.0/24"));
        _options.RefusedNetworks.Add(IPNetwork.Parse("127.0.0.0/8"));

        Assert.True(IsAllowed("10.19.0.1"));
        Assert.All(
            ["10.20.0.1", "::ffff:10.20.0.1", "8.8.8.8", "::ffff:8.8.8.8", "2606:4700::5efe:8.8.8.8", "127.0.0.1", "::ffff:127.0.0.1"],
            address => Assert.False(IsAllowed(address), address));
    }

    [Theory]
    [InlineData("64:ff9b::/96", "64:ff9b::8.8.8.8", true)]
    [InlineData("64:ff9b::/96", "64:ff9b::10.0.0.1", false)]
    [InlineData("64:ff9b::/96", "64:ff9b::169.254.169.254", false)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1::8.8.8.8", true)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1::10.0.0.1", false)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1:808:8:800::", true)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1:a00:0:100::", false)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1:a00:0:100:808:808", false)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1::", false)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1:a00::808:808", false)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1:808:a:0:100:0", false)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1:808:a:0:108:808", false)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1:80a:0:1:0:0", false)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1:808:108:800::", false)]
    [InlineData("2002::/16", "2002:808:808::1", true)]
    [InlineData("2002::/16", "2002:a00:1::1", false)]
    [InlineData("2001::/32", "2001:0:808:808::f7f7:f7f7", true)]
    [InlineData("2001::/32", "2001:0:a00:1::f7f7:f7f7", false)]
    [InlineData("2001::/32", "2001:0:808:808::f5ff:fffe", false)]
    [InlineData("::/96", "::8.8.8.8", true)]
    [InlineData("::/96", "::10.0.0.1", false)]
    [InlineData("::ffff:0:0:0/96", "::ffff:0:8.8.8.8", true)]
    [InlineData("::ffff:0:0:0/96", "::ffff:0:127.0.0.1", false)]
    [InlineData("fd00::/8", "fd00::5efe:10.0.0.1", false)]
    [InlineData("fd00::/8", "fd00::1", true)]
    public void An_embedded_ipv4_address_is_checked_although_its_network_is_allowed(string network, string address, bool allowed)
    {
        _options.AllowedNetworks.Add(IPNetwork.Parse(network));

        Assert.Equal(allowed, IsAllowed(address));
    }

    [Fact]
    public void The_development_switch_allows_loopback_and_nothing_else()
    {
        _options.AllowLocalReceivers = true;

        Assert.All(["127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"], address => Assert.True(IsAllowed(address), address));
        Assert.All(["10.0.0.1", "169.254.169.254", "0.0.0.0", "::", "fd00::1"], address => Assert.False(IsAllowed(address), address));
    }

    [Fact]
    public void The_addresses_of_this_machine_are_refused_and_read_again_now_and_then()
    {
        var clock = new TestClock();
        List<IPAddress> interfaces = [IPAddress.Parse("8.8.8.8"), IPAddress.Parse("2606:4700::1")];
        var readings = 0;
        var guard = new AddressGuard(_options, new OwnAddresses(clock, () =>
        {
            readings++;
            return [.. interfaces];
        }));

        Assert.False(guard.IsAllowed(IPAddress.Parse("8.8.8.8")));
        Assert.False(guard.IsAllowed(IPAddress.Parse("::ffff:8.8.8.8")));
        Assert.False(guard.IsAllowed(IPAddress.Parse("2606:4700::1")));
        Assert.True(guard.IsAllowed(IPAddress.Parse("9.9.9.9")));
        Assert.Equal(1, readings);

        interfaces[0] = IPAddress.Parse("9.9.9.9");
        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.True(guard.IsAllowed(IPAddress.Parse("8.8.8.8")));
        Assert.False(guard.IsAllowed(IPAddress.Parse("9.9.9.9")));
    }

    [Fact]
    public void An_unreadable_interface_table_keeps_what_was_known()
    {
        var clock = new TestClock();
        var readable = true;
        var own = new OwnAddresses(clock, () => readable ? [IPAddress.Parse("8.8.8.8")] : throw new NetworkInformationException());
        Assert.True(own.Contains(IPAddress.Parse("8.8.8.8")));

        readable = false;
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.True(own.Contains(IPAddress.Parse("8.8.8.8")));
    }

    [Fact]
    public void The_interfaces_of_this_machine_can_be_read()
        => Assert.True(OwnAddresses.OfThisMachine(TimeProvider.System).Contains(IPAddress.Loopback));

    private bool IsAllowed(string address) => new AddressGuard(_options).IsAllowed(IPAddress.Parse(address));
}
