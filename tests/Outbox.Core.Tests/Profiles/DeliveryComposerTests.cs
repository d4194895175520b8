using System.Text;
using Outbox.Profiles;

namespace Outbox.Tests.Profiles;

public class DeliveryComposerTests
{
    [Fact]
    public void The_transcript_is_left_out_where_the_endpoint_does_not_ship_it()
    {
        var content = SomeDelivery.Content with { ShipTranscript = false };

        Assert.Equal("""{"callId":"call_xyz","duration":2.5}""", SomeDelivery.BodyText(WebhookProfile.TopCalls, content));
        Assert.EndsWith(
            ""","data":{"callId":"call_xyz","duration":2.5}}""",
            SomeDelivery.BodyText(WebhookProfile.Ttma, content),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_transcript_deeper_in_the_data_stays()
    {
        var content = SomeDelivery.Content with { Data = SomeDelivery.Data("""{"call":{"transcript":"a"}}"""), ShipTranscript = false };

        Assert.Equal("""{"call":{"transcript":"a"}}""", SomeDelivery.BodyText(WebhookProfile.TopCalls, content));
    }

    [Fact]
    public void An_event_without_a_tenant_says_null()
    {
        var body = SomeDelivery.BodyText(WebhookProfile.HuskyVoice, SomeDelivery.Content with { Tenant = null });

        Assert.Contains(""","org_id":null,""", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ttma", "2026-12-31T23:59:59.987Z")]
    [InlineData("talkifai", "2026-12-31T23:59:59Z")]
    public void Times_are_in_UTC_and_cut_off_rather_than_rounded_up(string profileName, string expected)
    {
        var profile = SomeDelivery.ProfileNamed(profileName);
        var inIndia = new DateTimeOffset(2027, 1, 1, 5, 29, 59, 987, TimeSpan.FromHours(5.5)).AddTicks(9_999);

        Assert.Contains(
            $"\"{expected}\"",
            SomeDelivery.BodyText(profile, SomeDelivery.Content with { OccurredAt = inIndia }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Text_in_the_envelope_is_escaped()
    {
        var profile = WebhookProfile.HuskyVoice with { Envelope = new(new("a\"b", EnvelopeValue.Tenant), new("data", EnvelopeValue.Data)) };
        var content = SomeDelivery.Content with { Tenant = "Sol \"😀\"\n", Data = SomeDelivery.Data("{}") };

        Assert.Equal("""{"a\"b":"Sol \"😀\"\n","data":{}}""", SomeDelivery.BodyText(profile, content));
    }

    [Fact]
    public void Without_a_secret_an_optional_profile_sends_the_id_and_no_signature()
    {
        var body = SomeDelivery.Body(WebhookProfile.TopCalls, SomeDelivery.Content);

        var headers = SomeDelivery.Headers(WebhookProfile.TopCalls, SomeDelivery.Content, body);

        Assert.Equal(new KeyValuePair<string, string>("X-TopCalls-Delivery", "dlv_2"), Assert.Single(headers));
    }

    [Fact]
    public void Without_a_secret_every_other_profile_refuses_to_send_unsigned()
    {
        foreach (var profile in WebhookProfile.BuiltIn.Where(profile => profile.Secret.Requirement != SecretRequirement.Optional))
        {
            var error = Assert.Throws<InvalidOperationException>(() => SomeDelivery.Headers(profile, SomeDelivery.Content, []));

            Assert.Contains(profile.Name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_later_attempt_has_a_fresh_timestamp_and_signature()
    {
        var body = Encoding.UTF8.GetBytes("{}");
        var first = new List<KeyValuePair<string, string>>();
        var second = new List<KeyValuePair<string, string>>();

        DeliveryComposer.AddHeaders(
            first, WebhookProfile.Truedy, SomeDelivery.Content, body, [SomeDelivery.Secret], SomeDelivery.AttemptedAt);
        DeliveryComposer.AddHeaders(
            second, WebhookProfile.Truedy, SomeDelivery.Content, body, [SomeDelivery.Secret], SomeDelivery.AttemptedAt.AddMinutes(5));

        Assert.Equal(
            ["X-Truedy-Delivery", "X-Truedy-Timestamp", "X-Truedy-Signature"], first.Select(header => header.Key), StringComparer.Ordinal);
        Assert.Equal(first[0], second[0]);
        Assert.Equal(["1779719714", "1779720014"], new[] { first[1].Value, second[1].Value });
        Assert.NotEqual(first[2], second[2]);
    }
}
