using Outbox.Profiles;
using Outbox.Signing;
using Outbox.Tests.Profiles;

namespace Outbox.Tests.Signing;

/// <summary>While a rotation overlaps, the sender holds two secrets and receivers may hold either.</summary>
public class SecretRotationTests
{
    private static readonly FixedTimeProvider Clock = new(SomeDelivery.AttemptedAt);

    public static TheoryData<string, bool> Profiles { get; } = new()
    {
        { "ttma", true },
        { "standard", true },
        { "talkifai", false },
        { "topcalls", false },
        { "truedy", false },
        { "huskyvoice", false },
    };

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_newest_secret_always_verifies_and_the_previous_one_where_the_header_can_carry_two(string name, bool carriesTwo)
    {
        var profile = SomeDelivery.ProfileNamed(name);
        var (newest, previous) = (SomeDelivery.SecretFor(profile), SomeDelivery.OtherSecretFor(profile));
        var body = SomeDelivery.Body(profile, SomeDelivery.Content);

        var headers = SomeDelivery.Headers(profile, SomeDelivery.Content, body, newest, previous);

        Assert.True(new WebhookVerifier(profile, [newest], Clock).Verify(body, headers).IsValid);
        Assert.Equal(carriesTwo, new WebhookVerifier(profile, [previous], Clock).Verify(body, headers).IsValid);
        Assert.True(new WebhookVerifier(profile, [previous, newest], Clock).Verify(body, headers).IsValid);
    }

    [Fact]
    public void The_newest_signature_stands_last_for_receivers_that_keep_the_last()
    {
        var body = SomeDelivery.Body(WebhookProfile.Ttma, SomeDelivery.Content);
        string Header(params string[] secrets) =>
            SomeDelivery.Headers(WebhookProfile.Ttma, SomeDelivery.Content, body, secrets)["X-TTMA-Signature"];

        var both = Header(SomeDelivery.Secret, SomeDelivery.OtherSecret);

        var newest = Header(SomeDelivery.Secret)["t=1779719714,".Length..];
        var previous = Header(SomeDelivery.OtherSecret)["t=1779719714,".Length..];
        Assert.Equal($"t=1779719714,{previous},{newest}", both);
    }

    [Fact]
    public void Standard_Webhooks_joins_both_signatures_by_a_space()
    {
        var body = SomeDelivery.Body(WebhookProfile.Standard, SomeDelivery.Content);

        var headers = SomeDelivery.Headers(
            WebhookProfile.Standard, SomeDelivery.Content, body, SomeDelivery.WhsecSecret, SomeDelivery.OtherWhsecSecret);

        Assert.Matches("^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$", headers["webhook-signature"]);
    }

    [Fact]
    public void A_header_that_carries_one_signature_is_signed_with_the_newest_alone()
    {
        var body = SomeDelivery.Body(WebhookProfile.HuskyVoice, SomeDelivery.Content);

        var alone = SomeDelivery.Headers(WebhookProfile.HuskyVoice, SomeDelivery.Content, body, SomeDelivery.Secret);
        var overlapping = SomeDelivery.Headers(
            WebhookProfile.HuskyVoice, SomeDelivery.Content, body, SomeDelivery.Secret, SomeDelivery.OtherSecret);

        Assert.Equal(alone["X-Husky-Signature"], overlapping["X-Husky-Signature"]);
    }
}
