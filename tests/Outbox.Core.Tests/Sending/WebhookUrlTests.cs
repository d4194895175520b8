using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Outbox.Sending;

namespace Outbox.Tests.Sending;

public sealed class WebhookUrlTests
{
    private readonly WebhookSendingOptions _options = new();

    public static IEnumerable<object?[]> Urls => UrlTable.All.Select((row, number) => new object?[] { number, row.Canonical });

    [Theory]
    [MemberData(nameof(Urls))]
    public void Https_names_only(int row, string? canonical)
    {
        // By number, because test runners cannot carry broken Unicode in a test's name.
        var raw = UrlTable.All.ElementAt(row).Raw;

        Assert.Equal(canonical, Judge(raw));
    }

    [Fact]
    public void The_table_has_150_different_urls()
        => Assert.InRange(UrlTable.All.DistinctBy(row => row.Raw, StringComparer.Ordinal).Count(), 150, 1000);

    [Fact]
    public void A_canonical_form_is_its_own_canonical_form()
        => Assert.All(UrlTable.All.Select(row => row.Canonical).OfType<string>(), canonical => Assert.Equal(canonical, Judge(canonical)));

    [Fact]
    public void Sizes_are_bounded()
    {
        const string Start = "https://example.com/";
        var label = new string('a', 63);
        var host = $"{label}.{label}.{label}.{new string('b', 61)}";

        Assert.NotNull(Judge(Start + new string('x', 2048 - Start.Length)));
        Assert.Null(Judge(Start + new string('x', 2049 - Start.Length)));
        Assert.Null(Judge(Start + new string('ü', 400)));
        Assert.NotNull(Judge($"https://{host}/"));
        Assert.Null(Judge($"https://{host}b/"));
        Assert.NotNull(Judge($"https://{label}.com/"));
        Assert.Null(Judge($"https://{label}a.com/"));
        Assert.Null(Judge(""));
        Assert.Null(Judge(null!));
    }

    [Theory]
    [InlineData("https://8.8.8.8/", "https://8.8.8.8/")]
    [InlineData("https://134744072/", "https://8.8.8.8/")]
    [InlineData("https://8\u30028\uff0e8\uff618/", "https://8.8.8.8/")]
    [InlineData("https://\uff18.8.8.8/", "https://8.8.8.8/")]
    [InlineData("https://8.8.8.8./", "https://8.8.8.8/")]
    [InlineData("https://010.8.8.8/", "https://8.8.8.8/")]
    [InlineData("https://[2606:4700:4700:0:0:0:0:1111]/", "https://[2606:4700:4700::1111]/")]
    [InlineData("https://127.1/", null)]
    [InlineData("https://\uff11\uff12\uff17.0.0.1/", null)]
    [InlineData("https://127\u30020\u30020\u30021/", null)]
    [InlineData("https://0x0a000001/", null)]
    [InlineData("https://169.254.169.254./", null)]
    [InlineData("https://[::1]/", null)]
    [InlineData("https://[fe80::1%251]/", null)]
    [InlineData("https://[::ffff:10.0.0.1]/", null)]
    [InlineData("https://[64:ff9b::8.8.8.8]/", null)]
    public void Literals_when_allowed_are_judged_by_what_they_become(string raw, string? canonical)
    {
        _options.AllowIpLiterals = true;

        Assert.Equal(canonical, Judge(raw));
    }

    [Theory]
    [InlineData("http://localhost:5000/hook", "http://localhost:5000/hook")]
    [InlineData("http://127.0.0.1:5000/", "http://127.0.0.1:5000/")]
    [InlineData("http://[::1]:5000/", "http://[::1]:5000/")]
    [InlineData("https://localhost/", "https://localhost/")]
    [InlineData("http://LOCALHOST./", "http://localhost/")]
    [InlineData("http://example.com:8080/", "http://example.com:8080/")]
    [InlineData("http://localhost:0/", null)]
    [InlineData("http://otherhost/", null)]
    [InlineData("http://10.0.0.1/", null)]
    [InlineData("http://169.254.169.254/", null)]
    [InlineData("ftp://localhost/", null)]
    [InlineData("http://user@localhost/", null)]
    public void The_development_switch_allows_local_receivers(string raw, string? canonical)
    {
        _options.AllowLocalReceivers = true;

        Assert.Equal(canonical, Judge(raw));
    }

    [Fact]
    public void Other_ports_can_be_allowed()
    {
        _options.AllowedPorts.Add(8443);

        Assert.Equal("https://example.com:8443/", Judge("https://example.com:8443/"));
        Assert.Null(Judge("https://example.com:8444/"));
    }

    [Fact]
    public void The_message_is_the_same_for_private_and_for_refused_addresses_and_holds_no_path()
    {
        _options.AllowIpLiterals = true;
        _options.RefusedNetworks.Add(IPNetwork.Parse("8.8.8.0/24"));

        var forPrivate = Assert.Throws<WebhookValidationException>(() => WebhookUrl.Parse("https://10.0.0.1/secret", _options));
        var forRefused = Assert.Throws<WebhookValidationException>(() => WebhookUrl.Parse("https://8.8.8.8/secret", _options));

        Assert.Equal("url", forPrivate.Field);
        Assert.Equal(forPrivate.Message, forRefused.Message.Replace("8.8.8.8", "10.0.0.1", StringComparison.Ordinal));
        Assert.All(UrlTable.All, row => Assert.DoesNotContain("secret", MessageFor(row.Raw + "/x/secret"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://10.0.0.1/path", "10.0.0.1")]
    [InlineData("https://intranet/path", "'intranet'")]
    [InlineData("https://hooks.example.1/path", "'hooks.example.1'")]
    [InlineData("https://hooks.example.com:8080/path", "8080")]
    public void The_message_names_the_host_or_port_at_fault(string raw, string expected)
    {
        var refusal = Assert.Throws<WebhookValidationException>(() => WebhookUrl.Parse(raw, _options));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("path", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_typed_is_accepted_or_refused_and_what_is_accepted_can_be_sent_to()
    {
        const string Pieces = "https://:.@/\\?#%[]-_0x127a\u00ad\uff11\u3002\u2460\u00fcZ\ud800\udc00";
        string[] pieces = [.. Pieces.Select(c => c.ToString()), "xn--", ".com/", "::ffff:", "\u212a", "\u0130", "\u0345"];
        var urls = Gen.Elements(pieces).ArrayOf().Select(parts => "https://" + string.Concat(parts));

        Prop.ForAll(urls.ToArbitrary(), raw =>
        {
            if (Judge(raw) is { } canonical)
            {
                var uri = new Uri(canonical);
                Assert.Equal(uri.Host, uri.IdnHost);
                Assert.True(System.Text.Ascii.IsValid(canonical));
                Assert.Equal(canonical, Judge(canonical));
            }
        }).QuickCheckThrowOnFailure();
    }

    private string? Judge(string raw)
    {
        try
        {
            return WebhookUrl.Parse(raw, _options).AbsoluteUri;
        }
        catch (WebhookValidationException refused)
        {
            Assert.Equal("url", refused.Field);
            return null;
        }
    }

    private string MessageFor(string raw)
    {
        try
        {
            WebhookUrl.Parse(raw, _options);
            return "";
        }
        catch (WebhookValidationException refused)
        {
            return refused.Message;
        }
    }
}
