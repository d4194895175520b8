using System.Text;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.Tests.Signing;

/// <summary>The specification's own example.</summary>
public class StandardWebhooksTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const string Timestamp = "1614265330";
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");

    [Fact]
    public void The_published_example_is_signed_as_published()
    {
        Assert.Equal(Signature, SignatureWriter.Sign(SignatureScheme.StandardWebhooks, [Secret], Id, Timestamp, Body));
    }

    [Theory]
    [InlineData(Signature)]
    [InlineData("v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== " + Signature)]
    [InlineData("v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= " + Signature)]
    public void The_published_example_is_accepted_also_among_others(string header)
    {
        var clock = new FixedTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1614265330));
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["webhook-id"] = Id,
            ["webhook-timestamp"] = Timestamp,
            ["webhook-signature"] = header,
        };

        var result = new WebhookVerifier(WebhookProfile.Standard, [Secret], clock).Verify(Body, headers);

        Assert.True(result.IsValid, result.Reason);
        Assert.Equal(Id, result.DeliveryId);
    }
}
