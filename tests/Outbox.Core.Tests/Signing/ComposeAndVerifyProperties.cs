using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Outbox.Profiles;
using Outbox.Signing;
using Outbox.Tests.Profiles;

namespace Outbox.Tests.Signing;

/// <summary>Whatever is composed verifies, and nothing else does.</summary>
public class ComposeAndVerifyProperties
{
    private static readonly FixedTimeProvider Clock = new(SomeDelivery.AttemptedAt);

    private static readonly Arbitrary<WebhookProfile> Profiles = Gen.Elements<WebhookProfile>(WebhookProfile.BuiltIn).ToArbitrary();

    private static readonly Arbitrary<string[]> Texts = ArbMap.Default.ArbFor<string?[]>().Generator
        .Select(texts => Array.ConvertAll(texts, WithoutLoneSurrogates)).ToArbitrary();

    private static readonly Arbitrary<int> Positions = Gen.Choose(0, int.MaxValue - 1).ToArbitrary();

    [Fact]
    public void Everything_that_is_composed_is_accepted()
    {
        Prop.ForAll(Profiles, Texts, (profile, texts) =>
        {
            var content = ContentOf(texts);
            var body = SomeDelivery.Body(profile, content);
            var headers = SomeDelivery.Headers(profile, content, body, SomeDelivery.SecretFor(profile));

            var result = new WebhookVerifier(profile, [SomeDelivery.SecretFor(profile)], Clock).Verify(body, headers);

            return result.IsValid && result.DeliveryId is "evt_1" or "dlv_2";
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_body_with_any_one_bit_changed_is_refused()
    {
        Prop.ForAll(Profiles, Texts, Positions, (profile, texts, position) =>
        {
            var content = ContentOf(texts);
            var body = SomeDelivery.Body(profile, content);
            var headers = SomeDelivery.Headers(profile, content, body, SomeDelivery.SecretFor(profile));
            body[position / 8 % body.Length] ^= (byte)(1 << (position % 8));

            var result = new WebhookVerifier(profile, [SomeDelivery.SecretFor(profile)], Clock).Verify(body, headers);

            return result.Failure == WebhookVerificationFailure.SignatureMismatch;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_signature_header_makes_the_verifier_throw()
    {
        Prop.ForAll(Profiles, Texts, (profile, texts) =>
        {
            var content = ContentOf(texts);
            var body = SomeDelivery.Body(profile, content);
            var headers = SomeDelivery.Headers(profile, content, body, SomeDelivery.SecretFor(profile));
            headers[profile.Signature.Header] = string.Join(",v1=", texts);

            return !new WebhookVerifier(profile, [SomeDelivery.SecretFor(profile)], Clock).Verify(body, headers).IsValid;
        }).QuickCheckThrowOnFailure();
    }

    private static DeliveryContent ContentOf(string[] texts) => SomeDelivery.Content with
    {
        Tenant = texts.FirstOrDefault(),
        EventType = texts.LastOrDefault() ?? "call.ended",
        Data = SomeDelivery.Data(JsonSerializer.Serialize(new { texts, transcript = string.Concat(texts) })),
        ShipTranscript = texts.Length % 2 == 0,
    };

    private static string WithoutLoneSurrogates(string? text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? ""));
}
