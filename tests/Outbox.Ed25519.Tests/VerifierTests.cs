using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.Ed25519.Tests;

public sealed class VerifierTests
{
    private const string Shared = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Id = "evt_1";

    private static readonly WebhookProfile Profile = StandardWebhooksV1a.Profile;
    private static readonly byte[] Body = """{"type":"call.ended"}"""u8.ToArray();
    private static readonly (string Private, string Public) Pair = Make(1);
    private static readonly (string Private, string Public) Other = Make(2);
    private static readonly string Now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    [Fact]
    public void A_signature_of_the_key_pair_is_accepted_and_one_of_another_is_not()
    {
        Assert.True(Verify(SignedBy(Pair.Private), Pair.Public).IsValid);
        Assert.Equal(WebhookVerificationFailure.SignatureMismatch, Verify(SignedBy(Other.Private), Pair.Public).Failure);
        Assert.Equal(WebhookVerificationFailure.SignatureMismatch, Verify(SignedBy(Pair.Private), Pair.Public, [.. Body, 32]).Failure);
    }

    [Fact]
    public void Both_kinds_of_signature_may_stand_in_one_header_and_either_will_do()
    {
        var header = $"v1,{Hmac(Shared)} {SignedBy(Pair.Private)}";

        Assert.True(Verify(header, Pair.Public).IsValid);
        Assert.True(Verify(header, Shared).IsValid);
        Assert.True(Verify(header, Other.Public, Shared).IsValid);
        Assert.False(Verify(header, Other.Public).IsValid);
    }

    [Fact]
    public void A_receiver_that_knows_shared_secrets_only_passes_over_the_signature_of_a_key_pair()
    {
        var verifier = new WebhookVerifier(WebhookProfile.Standard, Shared);

        Assert.True(verifier.Verify(Body, Headers($"v1,{Hmac(Shared)} {SignedBy(Pair.Private)}")).IsValid);
        Assert.Equal(WebhookVerificationFailure.MalformedSignature, verifier.Verify(Body, Headers(SignedBy(Pair.Private))).Failure);
    }

    [Fact]
    public void A_shared_secret_made_of_the_public_key_forges_nothing()
    {
        var forged = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Pair.Public["whpk_".Length..]), Content()));

        Assert.Equal(WebhookVerificationFailure.SignatureMismatch, Verify(forged, Pair.Public).Failure);
    }

    [Theory]
    [InlineData("v1a,")]
    [InlineData("v1a,AAAA")]
    [InlineData("v1a,!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    public void What_is_no_signature_is_malformed_and_the_reason_names_both_forms(string header)
    {
        var result = Verify(header, Pair.Public);

        Assert.Equal(WebhookVerificationFailure.MalformedSignature, result.Failure);
        Assert.Contains("'v1,<44 characters of base64>' or 'v1a,<88 characters of base64>'", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_verifier_takes_no_private_key_and_says_so_without_showing_it()
    {
        var refusal = Assert.Throws<WebhookValidationException>(() => new WebhookVerifier(Profile, Pair.Private));

        Assert.Contains("whpk_", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Pair.Private[..12], refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_public_key_that_is_none_is_refused_and_so_is_one_under_a_profile_of_shared_secrets()
    {
        Assert.Contains("32 bytes", Assert.Throws<WebhookValidationException>(() => new WebhookVerifier(Profile, "whpk_AAAA")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Outbox.Ed25519", Assert.Throws<WebhookValidationException>(() => new WebhookVerifier(WebhookProfile.Standard, Pair.Public)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scheme_that_could_not_tell_the_two_kinds_apart_is_refused()
    {
        var profile = Profile with { Signature = Profile.Signature with { Separator = null } };

        Assert.Contains("Separator", Assert.Throws<WebhookValidationException>(() => new WebhookVerifier(profile, Pair.Public)).Message, StringComparison.Ordinal);
    }

    private static WebhookVerification Verify(string header, params string[] keys) => new WebhookVerifier(Profile, keys).Verify(Body, Headers(header));

    private static WebhookVerification Verify(string header, string key, byte[] body) => new WebhookVerifier(Profile, key).Verify(body, Headers(header));

    private static Dictionary<string, string> Headers(string signature) =>
        new(StringComparer.Ordinal) { ["webhook-id"] = Id, ["webhook-timestamp"] = Now, ["webhook-signature"] = signature };

    private static byte[] Content() => [.. Encoding.UTF8.GetBytes($"{Id}.{Now}."), .. Body];

    private static string SignedBy(string privateKey)
    {
        var signature = new byte[64];
        Profile.Signature.Ed25519!.Sign(Convert.FromBase64String(privateKey["whsk_".Length..]).AsSpan(0, 32), Content(), signature);
        return "v1a," + Convert.ToBase64String(signature);
    }

    private static string Hmac(string secret) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Content()));

    private static (string Private, string Public) Make(byte seed)
    {
        byte[] privateKey = [.. Enumerable.Repeat(seed, 32)];
        var publicKey = new byte[32];
        Profile.Signature.Ed25519!.ComputePublicKey(privateKey, publicKey);
        return ("whsk_" + Convert.ToBase64String([.. privateKey, .. publicKey]), "whpk_" + Convert.ToBase64String(publicKey));
    }
}
