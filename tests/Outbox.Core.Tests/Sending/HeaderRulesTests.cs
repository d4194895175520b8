using Outbox.Sending;

namespace Outbox.Tests.Sending;

public sealed class HeaderRulesTests
{
    [Theory]
    [InlineData("X-Acme-Region", "eu-west-1")]
    [InlineData("Authorization", "Bearer abc.def")]
    [InlineData("x_y.z~1", "")]
    [InlineData("X", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")]
    [InlineData("Contentment", "1")]
    [InlineData("TEA", "1")]
    [InlineData("Hostname", "1")]
    [InlineData("Accept", "application/json")]
    public void A_header_of_the_host_is_accepted(string name, string value) => Validate(One(name, value));

    [Theory]
    [InlineData("Host")]
    [InlineData("host")]
    [InlineData("Content-Type")]
    [InlineData("CONTENT-LENGTH")]
    [InlineData("Content-Encoding")]
    [InlineData("Content-Anything")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Connection")]
    [InlineData("Keep-Alive")]
    [InlineData("TE")]
    [InlineData("Trailer")]
    [InlineData("Upgrade")]
    [InlineData("Expect")]
    [InlineData("Via")]
    [InlineData("Proxy-Authorization")]
    [InlineData("Proxy-Connection")]
    [InlineData("Cookie")]
    [InlineData("Cookie2")]
    [InlineData("User-Agent")]
    [InlineData("traceparent")]
    [InlineData("TraceState")]
    [InlineData("baggage")]
    [InlineData("webhook-id")]
    [InlineData("Webhook-Signature")]
    [InlineData("X-Profile-Signature")]
    [InlineData("x-profile-signature")]
    [InlineData("")]
    [InlineData(" X")]
    [InlineData("X ")]
    [InlineData("X:")]
    [InlineData("X\r\nY")]
    [InlineData("X\0")]
    [InlineData("Ü")]
    [InlineData("X(Y)")]
    [InlineData("\"X\"")]
    [InlineData(":authority")]
    [InlineData("X/Y")]
    public void A_name_is_refused(string name)
    {
        var refused = Assert.Throws<WebhookValidationException>(() => Validate(One(name, "1")));

        Assert.StartsWith("headers.", refused.Field, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', refused.Field);
    }

    [Theory]
    [InlineData("a\r\nb")]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData("a\tb")]
    [InlineData("a\u007fb")]
    [InlineData("a\u0085b")]
    [InlineData("ä")]
    [InlineData("\u560d\u560a")]
    [InlineData("a\u2028b")]
    public void A_value_is_refused(string value)
    {
        var refused = Assert.Throws<WebhookValidationException>(() => Validate(One("X-Mine", value)));

        Assert.Equal("headers.X-Mine", refused.Field);
        Assert.DoesNotContain(value, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_are_bounded()
    {
        Validate(One("X", new string('a', 4096)));
        Validate(Many(32));
        Validate(One(new string('n', 256), "1"));

        Assert.Throws<WebhookValidationException>(() => Validate(One("X", new string('a', 4097))));
        Assert.Throws<WebhookValidationException>(() => Validate(Many(33)));
        Assert.Throws<WebhookValidationException>(() => Validate(One(new string('n', 257), "1")));
    }

    [Fact]
    public void A_name_twice_in_different_case_is_refused()
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["X-A"] = "1", ["x-a"] = "2" };

        Assert.Throws<WebhookValidationException>(() => Validate(headers));
    }

    private static void Validate(Dictionary<string, string> headers) =>
        OutgoingHeaders.Validate(headers, new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "X-Profile-Signature" });

    private static Dictionary<string, string> One(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    private static Dictionary<string, string> Many(int count)
        => Enumerable.Range(1, count).ToDictionary(i => $"X-{i}", _ => "1", StringComparer.Ordinal);
}
