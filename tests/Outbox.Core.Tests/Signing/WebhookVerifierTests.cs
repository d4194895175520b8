using Outbox.Profiles;
using Outbox.Signing;
using Outbox.Tests.Profiles;

namespace Outbox.Tests.Signing;

public class WebhookVerifierTests
{
    private static readonly FixedTimeProvider Clock = new(SomeDelivery.AttemptedAt);

    public static TheoryData<string> ProfileNames { get; } = new(WebhookProfile.BuiltIn.Select(profile => profile.Name));

    public static TheoryData<string, string?> DedupeIds { get; } = new()
    {
        { "ttma", "dlv_2" },
        { "talkifai", "evt_1" },
        { "topcalls", "dlv_2" },
        { "truedy", "dlv_2" },
        { "huskyvoice", "evt_1" },
        { "standard", "evt_1" },
    };

    public static TheoryData<string> TimedProfiles { get; } = new("ttma", "truedy", "standard");

    [Theory]
    [MemberData(nameof(DedupeIds))]
    public void A_genuine_delivery_is_accepted_with_its_dedupe_id(string name, string? id)
    {
        var (profile, body, headers) = Compose(name);

        var result = Verifier(profile).Verify(body, headers);

        Assert.True(result.IsValid, result.Reason);
        Assert.Equal(WebhookVerificationFailure.None, result.Failure);
        Assert.Null(result.Reason);
        Assert.Equal(id, result.DeliveryId);
        Assert.Equal(profile.Signature.Content == SignedContent.Body ? null : SomeDelivery.AttemptedAt, result.Timestamp);
    }

    [Theory]
    [MemberData(nameof(ProfileNames))]
    public void Header_names_are_found_in_any_case(string name)
    {
        var (profile, body, headers) = Compose(name);
        var upper = headers.ToDictionary(header => header.Key.ToUpperInvariant(), header => header.Value, StringComparer.Ordinal);
        var lower = headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value, StringComparer.Ordinal);

        Assert.True(Verifier(profile).Verify(body, upper).IsValid);
        Assert.True(Verifier(profile).Verify(body, header => lower.GetValueOrDefault(header)).IsValid);
    }

    [Theory]
    [MemberData(nameof(ProfileNames))]
    public void Another_secret_is_refused(string name)
    {
        var (profile, body, headers) = Compose(name);

        var result = new WebhookVerifier(profile, [SomeDelivery.OtherSecretFor(profile)], Clock).Verify(body, headers);

        Assert.Equal(WebhookVerificationFailure.SignatureMismatch, result.Failure);
        Assert.Null(result.DeliveryId);
        Assert.Contains("bytes as they came", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ProfileNames))]
    public void A_changed_body_is_refused(string name)
    {
        var (profile, body, headers) = Compose(name);

        body[^2] ^= 1;

        Assert.Equal(WebhookVerificationFailure.SignatureMismatch, Verifier(profile).Verify(body, headers).Failure);
        Assert.Equal(WebhookVerificationFailure.SignatureMismatch, Verifier(profile).Verify([], headers).Failure);
    }

    [Theory]
    [MemberData(nameof(ProfileNames))]
    public void One_of_several_secrets_is_enough(string name)
    {
        var (profile, body, headers) = Compose(name);
        string[] secrets = [SomeDelivery.OtherSecretFor(profile), SomeDelivery.SecretFor(profile)];

        Assert.True(new WebhookVerifier(profile, secrets, Clock).Verify(body, headers).IsValid);
    }

    [Theory]
    [MemberData(nameof(ProfileNames))]
    public void A_request_without_a_signature_is_refused(string name)
    {
        var (profile, body, headers) = Compose(name);
        headers.Remove(profile.Signature.Header);

        var result = Verifier(profile).Verify(body, headers);

        Assert.Equal(WebhookVerificationFailure.MissingSignature, result.Failure);
        Assert.Contains(profile.Signature.Header, result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ProfileNames))]
    public void A_signature_header_that_is_nonsense_is_refused(string name)
    {
        var (profile, body, headers) = Compose(name);
        var genuine = headers[profile.Signature.Header];
        string[] nonsense =
        [
            "", " ", "=", ",", "t=", "t=1779719714", "t=1779719714,v1", "v1=v1=v1", genuine[..^1], genuine[1..], genuine + "0",
            genuine.Replace(genuine[^3], 'ü'), new('v', 4097), string.Concat(Enumerable.Repeat(genuine, 60)), "\0", "\ud83d",
        ];

        foreach (var value in nonsense)
        {
            headers[profile.Signature.Header] = value;

            Assert.Equal(WebhookVerificationFailure.MalformedSignature, Verifier(profile).Verify(body, headers).Failure);
        }
    }

    [Theory]
    [InlineData("ttma", "t=1779719714,", ",")]
    [InlineData("standard", "", " ")]
    public void At_most_sixteen_signatures_are_looked_at(string name, string start, string separator)
    {
        var (profile, body, headers) = Compose(name);
        var genuine = headers[profile.Signature.Header][start.Length..];
        var other = profile.Signature.SignaturePrefix
            + (profile.Signature.Encoding == SignatureEncoding.Hex ? new string('0', 64) : Convert.ToBase64String(new byte[32]));
        string Value(int others) => start + string.Join(separator, Enumerable.Repeat(other, others).Append(genuine));

        headers[profile.Signature.Header] = Value(15);
        Assert.True(Verifier(profile).Verify(body, headers).IsValid);

        headers[profile.Signature.Header] = Value(16);
        Assert.Equal(WebhookVerificationFailure.MalformedSignature, Verifier(profile).Verify(body, headers).Failure);
    }

    [Theory]
    [MemberData(nameof(TimedProfiles))]
    public void The_replay_window_is_five_minutes_either_way(string name)
    {
        var (profile, body, headers) = Compose(name);
        WebhookVerificationFailure At(int seconds) =>
            Verifier(profile, new FixedTimeProvider(SomeDelivery.AttemptedAt.AddSeconds(seconds))).Verify(body, headers).Failure;

        Assert.Equal(WebhookVerificationFailure.None, At(300));
        Assert.Equal(WebhookVerificationFailure.None, At(-300));
        Assert.Equal(WebhookVerificationFailure.TimestampOutsideWindow, At(301));
        Assert.Equal(WebhookVerificationFailure.TimestampOutsideWindow, At(-301));
    }

    [Fact]
    public void A_stale_request_is_explained_with_both_times()
    {
        var (profile, body, headers) = Compose("ttma");
        var late = new FixedTimeProvider(SomeDelivery.AttemptedAt.AddHours(1));

        var result = Verifier(profile, late).Verify(body, headers);

        Assert.Equal(
            "The request says it was sent at 2026-05-25 14:35:14Z, 01:00:00 ago, and the replay window is 00:05:00. "
            + "If it is genuine, set this machine's clock.",
            result.Reason);
        Assert.Equal(SomeDelivery.AttemptedAt, result.Timestamp);
    }

    [Fact]
    public void The_replay_window_can_be_set()
    {
        var (profile, body, headers) = Compose("truedy");
        var late = new FixedTimeProvider(SomeDelivery.AttemptedAt.AddSeconds(11));
        WebhookVerifier Within(int seconds) => new(profile, [SomeDelivery.Secret], late, TimeSpan.FromSeconds(seconds));

        Assert.True(Within(11).Verify(body, headers).IsValid);
        Assert.Equal(WebhookVerificationFailure.TimestampOutsideWindow, Within(10).Verify(body, headers).Failure);
        Assert.Throws<ArgumentOutOfRangeException>(() => Within(0));
    }

    [Theory]
    [InlineData(null, WebhookVerificationFailure.MissingTimestamp)]
    [InlineData("", WebhookVerificationFailure.MalformedTimestamp)]
    [InlineData("-1779719714", WebhookVerificationFailure.MalformedTimestamp)]
    [InlineData("1779719714.0", WebhookVerificationFailure.MalformedTimestamp)]
    [InlineData("1779719714000", WebhookVerificationFailure.MalformedTimestamp)]
    [InlineData("٣", WebhookVerificationFailure.MalformedTimestamp)]
    [InlineData("99999999999", WebhookVerificationFailure.TimestampOutsideWindow)]
    [InlineData("1779719715", WebhookVerificationFailure.SignatureMismatch)]
    [InlineData("01779719714", WebhookVerificationFailure.SignatureMismatch)]
    public void A_timestamp_that_is_not_the_signed_one_is_refused(string? timestamp, WebhookVerificationFailure expected)
    {
        foreach (var header in new[] { "X-Truedy-Timestamp", "webhook-timestamp" })
        {
            var (profile, body, headers) = Compose(header.StartsWith('X') ? "truedy" : "standard");
            headers.Remove(header);

            if (timestamp is not null)
            {
                headers[header] = timestamp;
            }

            var result = Verifier(profile).Verify(body, headers);

            Assert.Equal(expected, result.Failure);
        }
    }

    [Theory]
    [InlineData(null, WebhookVerificationFailure.MissingId)]
    [InlineData("", WebhookVerificationFailure.MalformedId)]
    [InlineData("évt", WebhookVerificationFailure.MalformedId)]
    [InlineData("evt_1.{", WebhookVerificationFailure.MalformedId)]
    [InlineData("evt_2", WebhookVerificationFailure.SignatureMismatch)]
    public void An_id_that_is_not_the_signed_one_is_refused(string? id, WebhookVerificationFailure expected)
    {
        var (profile, body, headers) = Compose("standard");
        headers.Remove("webhook-id");

        if (id is not null)
        {
            headers["webhook-id"] = id;
        }

        var result = Verifier(profile).Verify(body, headers);

        Assert.Equal(expected, result.Failure);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"event\":")]
    [InlineData("{\"deliveryId\":7}")]
    [InlineData("{\"deliveryId\":\"\\ud83d\"}")]
    public void A_signed_body_that_has_no_id_is_still_genuine(string text)
    {
        var body = System.Text.Encoding.UTF8.GetBytes(text);
        var headers = SomeDelivery.Headers(WebhookProfile.Ttma, SomeDelivery.Content, body, SomeDelivery.Secret);

        var result = Verifier(WebhookProfile.Ttma).Verify(body, headers);

        Assert.True(result.IsValid, result.Reason);
        Assert.Null(result.DeliveryId);
    }

    [Fact]
    public void A_signed_id_in_the_body_goes_before_a_header_that_anyone_could_change()
    {
        var profile = WebhookProfile.Ttma with { DeliveryIdHeader = "X-Acme-Delivery" };
        var body = SomeDelivery.Body(profile, SomeDelivery.Content);
        var headers = SomeDelivery.Headers(profile, SomeDelivery.Content, body, SomeDelivery.Secret);
        headers["X-Acme-Delivery"] = "forged";

        Assert.Equal("dlv_2", Verifier(profile).Verify(body, headers).DeliveryId);
    }

    [Fact]
    public void Without_a_secret_there_is_nothing_to_verify_with()
    {
        var error = Assert.Throws<WebhookValidationException>(() => new WebhookVerifier(WebhookProfile.TopCalls, []));

        Assert.Contains("what is not signed cannot be verified", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_cannot_be_a_key_is_refused_when_the_verifier_is_made()
    {
        var error = Assert.Throws<WebhookValidationException>(() => new WebhookVerifier(WebhookProfile.Standard, SomeDelivery.Secret));

        Assert.Equal("secrets[0]", error.Field);
        Assert.Contains("whsec_", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(SomeDelivery.Secret, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_that_contradicts_itself_is_refused_when_the_verifier_is_made()
    {
        var profile = WebhookProfile.Ttma with { Signature = WebhookProfile.Ttma.Signature with { Prefix = null } };

        Assert.Equal("profile", Assert.Throws<WebhookValidationException>(() => new WebhookVerifier(profile, SomeDelivery.Secret)).Field);
    }

    private static (WebhookProfile Profile, byte[] Body, Dictionary<string, string> Headers) Compose(string name)
    {
        var profile = SomeDelivery.ProfileNamed(name);
        var body = SomeDelivery.Body(profile, SomeDelivery.Content);

        return (profile, body, SomeDelivery.Headers(profile, SomeDelivery.Content, body, SomeDelivery.SecretFor(profile)));
    }

    private static WebhookVerifier Verifier(WebhookProfile profile, TimeProvider? clock = null) =>
        new(profile, [SomeDelivery.SecretFor(profile)], clock ?? Clock);
}
