using System.Buffers;
using System.Text;
using Outbox.Json;
using Outbox.Profiles;

namespace Outbox.Tests.Profiles;

/// <summary>A delivery that is right in every respect, to be varied by the test, and what it looks like on the wire.</summary>
internal static class SomeDelivery
{
    public const string Secret = "a-signing-secret-of-at-least-32-characters";
    public const string OtherSecret = "another-secret-that-is-also-32-characters-long";
    public const string WhsecSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    public const string OtherWhsecSecret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

    public static readonly DateTimeOffset AttemptedAt = new(2026, 5, 25, 14, 35, 14, TimeSpan.Zero);

    public static DeliveryContent Content { get; } = new()
    {
        EventId = "evt_1",
        DeliveryId = "dlv_2",
        EventType = "call.ended",
        Tenant = "org_abc_123",
        OccurredAt = new DateTimeOffset(2026, 5, 25, 14, 35, 12, TimeSpan.Zero),
        Data = Data("""{"callId":"call_xyz","transcript":"[Agent] Hi","duration":2.5}"""),
        ShipTranscript = true,
    };

    public static string SecretFor(WebhookProfile profile) => ReferenceEquals(profile, WebhookProfile.Standard) ? WhsecSecret : Secret;

    public static string OtherSecretFor(WebhookProfile profile) =>
        ReferenceEquals(profile, WebhookProfile.Standard) ? OtherWhsecSecret : OtherSecret;

    public static WebhookProfile ProfileNamed(string name) =>
        WebhookProfile.BuiltIn.Single(profile => string.Equals(profile.Name, name, StringComparison.Ordinal));

    public static byte[] Data(string json) => CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json), new CanonicalJsonOptions());

    public static byte[] Body(WebhookProfile profile, in DeliveryContent content)
    {
        var output = new ArrayBufferWriter<byte>();
        DeliveryComposer.WriteBody(output, profile, content);

        return output.WrittenSpan.ToArray();
    }

    public static string BodyText(WebhookProfile profile, in DeliveryContent content) => Encoding.UTF8.GetString(Body(profile, content));

    public static Dictionary<string, string> Headers(
        WebhookProfile profile, in DeliveryContent content, byte[] body, params string[] secretsNewestFirst)
    {
        var headers = new List<KeyValuePair<string, string>>();
        DeliveryComposer.AddHeaders(headers, profile, content, body, secretsNewestFirst, AttemptedAt);

        return new Dictionary<string, string>(headers, StringComparer.Ordinal);
    }
}
