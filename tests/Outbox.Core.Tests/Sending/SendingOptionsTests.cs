using System.Net;
using Outbox.Sending;

namespace Outbox.Tests.Sending;

public sealed class SendingOptionsTests
{
    [Fact]
    public void The_defaults_are_fine() => Assert.Empty(WebhookSendingOptionsRules.Problems(new WebhookSendingOptions()));

    [Fact]
    public void The_defaults_are_those_of_the_security_page()
    {
        var options = new WebhookSendingOptions();

        Assert.Equal(
            (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2), 16 * 1024, false, false, false),
            (options.ConnectTimeout, options.BodyTimeout, options.MaxExcerptBytes, options.AllowIpLiterals, options.AllowLocalReceivers, options.SendTraceParent));
        Assert.Equal([443], options.AllowedPorts);
        Assert.Empty(options.AllowedNetworks.Concat(options.RefusedNetworks));
    }

    public static TheoryData<Action<WebhookSendingOptions>, string> Wrong => new()
    {
        { options => options.AllowedPorts.Clear(), "AllowedPorts is empty" },
        { options => options.AllowedPorts.Add(0), "contains 0" },
        { options => options.AllowedPorts.Add(70000), "contains 70000" },
        { options => options.AllowedNetworks.Add(IPNetwork.Parse("0.0.0.0/0")), "0.0.0.0/0" },
        { options => options.AllowedNetworks.Add(IPNetwork.Parse("::/0")), "::/0" },
        { options => Twice(options, "10.0.0.0/8"), "10.0.0.0/8 is in both" },
        { options => options.RefusedNetworks.Add(IPNetwork.Parse("::ffff:10.0.0.0/104")), "10.0.0.0/8" },
        { options => options.AllowedNetworks.Add(IPNetwork.Parse("::ffff:10.0.0.0/104")), "10.0.0.0/8" },
        { options => options.ConnectTimeout = TimeSpan.Zero, "ConnectTimeout is 00:00:00" },
        { options => options.ConnectTimeout = TimeSpan.FromMinutes(6), "ConnectTimeout is 00:06:00" },
        { options => options.BodyTimeout = TimeSpan.FromSeconds(-1), "BodyTimeout is -00:00:01" },
        { options => options.MaxExcerptBytes = -1, "MaxExcerptBytes is -1" },
        { options => options.MaxExcerptBytes = 2_000_000, "MaxExcerptBytes is 2000000" },
        { options => options.UserAgent = " ", "UserAgent" },
        { options => options.UserAgent = "a\r\nb", "UserAgent" },
        { options => options.AllowLocalReceiversOutsideDevelopment = true, "AllowLocalReceivers is false" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_value_is_named_with_its_cure(Action<WebhookSendingOptions> change, string part)
    {
        var options = new WebhookSendingOptions();
        change(options);

        Assert.Contains(part, Assert.Single(WebhookSendingOptionsRules.Problems(options)), StringComparison.Ordinal);
    }

    private static void Twice(WebhookSendingOptions options, string network)
    {
        options.AllowedNetworks.Add(IPNetwork.Parse(network));
        options.RefusedNetworks.Add(IPNetwork.Parse(network));
    }
}
