using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.Tests.Profiles;

public class WebhookProfileTests
{
    [Fact]
    public void Built_in_profiles_have_nothing_wrong_with_them()
    {
        Assert.Equal(
            ["ttma", "talkifai", "topcalls", "truedy", "huskyvoice", "standard"],
            WebhookProfile.BuiltIn.Select(profile => profile.Name),
            StringComparer.Ordinal);
        Assert.All(WebhookProfile.BuiltIn, profile => Assert.Empty(WebhookProfileRules.Problems(profile)));
    }

    [Fact]
    public void A_profile_from_scratch_is_Standard_Webhooks_under_another_name()
    {
        Assert.Equal(WebhookProfile.Standard, new WebhookProfile { Name = "standard" });
        Assert.Empty(WebhookProfileRules.Problems(new WebhookProfile { Name = "acme" }));
    }

    [Fact]
    public void Profiles_that_say_the_same_are_equal()
    {
        var copy = WebhookProfile.Ttma with
        {
            EventTypes = new List<string> { "call.ended" },
            Holds = [new("call.ended", "recording", TimeSpan.FromSeconds(60))],
            Envelope = new([.. WebhookProfile.Ttma.Envelope.Fields]),
            Signature = WebhookProfile.Ttma.Signature with { },
        };

        Assert.Equal(WebhookProfile.Ttma, copy);
        Assert.Equal(WebhookProfile.Ttma.GetHashCode(), copy.GetHashCode());
        Assert.NotEqual(WebhookProfile.Ttma, copy with { Holds = [] });
    }

    [Fact]
    public void A_varied_profile_leaves_the_built_in_one_alone()
    {
        var signature = WebhookProfile.Ttma.Signature with { Header = "X-Acme-Signature" };
        var acme = WebhookProfile.Ttma with { Name = "acme", Signature = signature };
        var body = SomeDelivery.Body(acme, SomeDelivery.Content);

        var headers = SomeDelivery.Headers(acme, SomeDelivery.Content, body, SomeDelivery.Secret);

        Assert.Equal("X-Acme-Signature", Assert.Single(headers).Key);
        Assert.Equal("X-TTMA-Signature", WebhookProfile.Ttma.Signature.Header);
    }

    [Fact]
    public void Lists_are_copied_when_a_profile_is_made()
    {
        var types = new List<string> { "call.ended" };
        var profile = WebhookProfile.Standard with { EventTypes = types };

        types.Clear();

        Assert.Equal(["call.ended"], profile.EventTypes!, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("ttma", "call.ended", "recording 60")]
    [InlineData("topcalls", "call.completed", "recording 15, transcript 15, summary 15")]
    [InlineData("topcalls", "call.failed", "")]
    [InlineData("talkifai", "call.ended", "")]
    [InlineData("standard", "call.ended", "")]
    public void Holds_are_those_of_the_event_type(string profileName, string eventType, string expected)
    {
        var profile = SomeDelivery.ProfileNamed(profileName);

        var holds = profile.HoldsFor(eventType).Select(hold => $"{hold.Artifact} {hold.Deadline.TotalSeconds}");

        Assert.Equal(expected, string.Join(", ", holds));
    }

    [Fact]
    public void What_a_profile_prints_says_what_it_does()
    {
        var text = WebhookProfile.TopCalls.ToString();

        Assert.Contains("Name = topcalls", text, StringComparison.Ordinal);
        Assert.Contains("Success = 200-299", text, StringComparison.Ordinal);
        Assert.Contains("EventTypes = [call.completed, call.failed, campaign.started, campaign.completed]", text, StringComparison.Ordinal);
        Assert.Contains("Envelope = the data itself", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_TalkifAI_insists_on_status_200()
    {
        Assert.Equal(
            ["talkifai"],
            WebhookProfile.BuiltIn.Where(profile => !profile.Success.Contains(204)).Select(profile => profile.Name),
            StringComparer.Ordinal);
        Assert.All(WebhookProfile.BuiltIn, profile => Assert.True(profile.Success.Contains(200) && !profile.Success.Contains(301)));
    }

    [Fact]
    public void A_signature_scheme_without_an_id_leaves_the_dedupe_id_to_header_or_body()
    {
        var unsignedId = WebhookProfile.BuiltIn.Where(profile => profile.Signature.Content != SignedContent.IdTimestampAndBody);

        Assert.All(unsignedId, profile => Assert.True(
            profile.DeliveryIdHeader is not null
            || profile.Envelope.Fields.Any(field => field.Value is EnvelopeValue.DeliveryId or EnvelopeValue.EventId)));
    }
}
