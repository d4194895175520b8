using Outbox.Profiles;
using Outbox.Signing;
using Outbox.Tests.Profiles;

namespace Outbox.Tests.Signing;

public class SigningSecretTests
{
    private static readonly byte[] Random = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];

    [Theory]
    [InlineData("ttma", 31, "has 31 characters and profile 'ttma' asks for at least 32. Give at least 32 characters, for example")]
    [InlineData("talkifai", 31, "has 31 characters and profile 'talkifai' asks for at least 32")]
    [InlineData("topcalls", 15, "has 15 characters and profile 'topcalls' asks for at least 16")]
    [InlineData("truedy", 15, "has 15 characters and profile 'truedy' asks for at least 16")]
    [InlineData("huskyvoice", 15, "has 15 characters and profile 'huskyvoice' asks for at least 16")]
    [InlineData("ttma", 513, "has 513 characters; at most 512 are accepted")]
    [InlineData("ttma", 0, "is empty")]
    public void A_secret_of_the_wrong_length_is_refused_with_both_lengths_and_the_cure(string name, int length, string sentence)
    {
        var secret = new string('k', length);

        var error = Refusal(SomeDelivery.ProfileNamed(name), secret);

        Assert.Contains(sentence, error, StringComparison.Ordinal);
        Assert.DoesNotContain("kkkk", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(23, "decodes to 23 bytes and profile 'standard' asks for 24 to 64")]
    [InlineData(65, "decodes to 65 bytes and profile 'standard' asks for 24 to 64")]
    public void A_whsec_secret_is_measured_by_its_key(int bytes, string sentence)
    {
        Assert.Contains(sentence, Refusal(WebhookProfile.Standard, Whsec(bytes)), StringComparison.Ordinal);
        WebhookProfile.Standard.ValidateSecret(Whsec(24));
        WebhookProfile.Standard.ValidateSecret(Whsec(64));
    }

    [Theory]
    [InlineData("a-signing-secret-of-at-least-32-characters")]
    [InlineData("whsec_not base64!")]
    [InlineData("whsec_")]
    public void A_standard_secret_has_the_form_of_Standard_Webhooks(string secret)
    {
        var error = Refusal(WebhookProfile.Standard, secret);

        Assert.Contains("is not 'whsec_' followed by base64", error, StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" a-signing-secret-of-at-least-32-characters", "begins or ends with white space")]
    [InlineData("a-signing-secret-of-at-least-32-characters\n", "begins or ends with white space")]
    public void A_secret_that_was_mangled_is_refused(string secret, string sentence)
    {
        Assert.Contains(sentence, Refusal(WebhookProfile.Ttma, secret), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_UTF8_cannot_hold_is_refused()
    {
        var secret = "a-signing-secret-of-\ud83d-least-32-characters";

        Assert.Contains("surrogate", Refusal(WebhookProfile.Ttma, secret), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ttma", false)]
    [InlineData("truedy", false)]
    [InlineData("huskyvoice", false)]
    [InlineData("talkifai", true)]
    [InlineData("standard", true)]
    [InlineData("topcalls", true)]
    public void Some_profiles_do_without_a_given_secret(string name, bool allowed)
    {
        var profile = SomeDelivery.ProfileNamed(name);

        if (allowed)
        {
            profile.ValidateSecret(null);
            return;
        }

        Assert.Contains($"Profile '{name}' needs a signing secret", Refusal(profile, null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_generated_secret_passes_its_own_profile()
    {
        foreach (var profile in WebhookProfile.BuiltIn)
        {
            profile.ValidateSecret(profile.GenerateSecret(Random));
        }

        Assert.Equal(Convert.ToHexStringLower(Random), WebhookProfile.TalkifAi.GenerateSecret(Random));
        Assert.Equal("whsec_" + Convert.ToBase64String(Random), WebhookProfile.Standard.GenerateSecret(Random));
        Assert.Throws<ArgumentException>(() => WebhookProfile.Standard.GenerateSecret(new byte[31]));
    }

    [Fact]
    public void A_secret_of_the_longest_kind_signs()
    {
        var secret = new string('é', SecretRule.MaximumLength);
        WebhookProfile.Ttma.ValidateSecret(secret);

        var header = SignatureWriter.Sign(WebhookProfile.Ttma.Signature, [secret], "", "1", "{}"u8);

        Assert.StartsWith("t=1,v1=", header, StringComparison.Ordinal);
    }

    private static string Whsec(int bytes) => "whsec_" + Convert.ToBase64String(new byte[bytes]);

    private static string Refusal(WebhookProfile profile, string? secret)
    {
        var error = Assert.Throws<WebhookValidationException>(() => profile.ValidateSecret(secret));
        Assert.Equal("secret", error.Field);

        return error.Message;
    }
}
