using System.Text;
using Outbox.Cli.Verifying;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.Cli.Tests;

public sealed class DiagnosisTests
{
    [Fact]
    public void A_genuine_request_is_genuine()
    {
        var diagnosis = Diagnose(Signed.Standard());

        Assert.True(diagnosis.IsGenuine);
        Assert.Equal("msg_1", diagnosis.DeliveryId);
        Assert.Empty(diagnosis.Mistakes);
    }

    [Fact]
    public void A_body_that_was_parsed_and_printed_again_is_recognised()
    {
        const string Pretty = """
            {
              "type": "call.ended",
              "data": { "name": "Zo\u00eb 📞", "minutes": 2.5 }
            }
            """;

        AssertMistake("parsed and printed again", Diagnose(Signed.TalkifAi().Arrived(Pretty), WebhookProfile.TalkifAi));
    }

    [Fact]
    public void A_line_break_at_the_end_is_recognised() =>
        AssertMistake("line break", Diagnose(Signed.TalkifAi().Arrived(Signed.Body + "\n"), WebhookProfile.TalkifAi));

    [Fact]
    public void A_byte_order_mark_is_recognised() =>
        AssertMistake("byte order mark", Diagnose(Signed.TalkifAi().Arrived("\uFEFF" + Signed.Body), WebhookProfile.TalkifAi));

    [Fact]
    public void Carriage_returns_are_recognised() =>
        AssertMistake("CR LF", Diagnose(Signed.TalkifAi("{\n\"a\": 1}").Arrived("{\r\n\"a\": 1}"), WebhookProfile.TalkifAi));

    [Fact]
    public void A_wrong_encoding_is_recognised()
    {
        var mojibake = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Signed.Body));

        AssertMistake("Latin-1", Diagnose(Signed.TalkifAi().Arrived(mojibake), WebhookProfile.TalkifAi));
    }

    [Theory]
    [InlineData(" " + Signed.Secret + "\n", "blanks, line breaks or quotes")]
    [InlineData("\"" + Signed.Secret + "\"", "blanks, line breaks or quotes")]
    public void A_secret_with_something_around_it_is_recognised(string secret, string mistake) =>
        AssertMistake(mistake, Diagnose(Signed.TalkifAi(), WebhookProfile.TalkifAi, secret));

    [Fact]
    public void A_secret_without_its_beginning_is_recognised() =>
        AssertMistake("'whsec_', was left out", Diagnose(Signed.Standard(), secret: Signed.StandardSecret["whsec_".Length..]));

    [Fact]
    public void A_hexadecimal_secret_that_was_decoded_is_recognised() =>
        AssertMistake("hexadecimal", Diagnose(Signed.TalkifAi(Signed.Body, Convert.FromHexString(Signed.Secret)), WebhookProfile.TalkifAi));

    [Fact]
    public void A_base64_secret_that_was_decoded_is_recognised()
    {
        const string Secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

        AssertMistake("base64", Diagnose(Signed.TalkifAi(Signed.Body, Convert.FromBase64String(Secret)), WebhookProfile.TalkifAi, Secret));
    }

    [Fact]
    public void Another_profile_is_recognised() =>
        AssertMistake("profile 'talkifai'", Diagnose(Signed.TalkifAi(), WebhookProfile.HuskyVoice, Signed.Secret));

    [Fact]
    public void A_wrong_clock_is_told_from_a_wrong_signature()
    {
        var diagnosis = Diagnose(Signed.Standard(), now: Signed.SentAt.AddHours(1));

        AssertMistake("only the time is not", diagnosis);
        Assert.Contains("replay window", diagnosis.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void A_timestamp_in_milliseconds_is_recognised()
    {
        var request = Signed.Standard();
        var headers = new Dictionary<string, string>(request.Headers, StringComparer.OrdinalIgnoreCase) { ["webhook-timestamp"] = "1779717600000" };

        AssertMistake("milliseconds", Diagnose(request with { Headers = headers }));
    }

    [Fact]
    public void Two_slips_at_once_are_recognised() =>
        AssertMistake("line break", Diagnose(Signed.TalkifAi().Arrived(Signed.Body + "\n"), WebhookProfile.TalkifAi, Signed.Secret + "\n"), "blanks");

    [Fact]
    public void A_wrong_secret_is_the_most_likely_of_all()
    {
        var diagnosis = Diagnose(Signed.TalkifAi(), WebhookProfile.TalkifAi, "another secret of some length here");

        AssertMistake("another endpoint's", diagnosis);
        Assert.DoesNotContain("another secret", diagnosis.Verdict + diagnosis.Mistakes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_body_is_not_explained_away()
    {
        var diagnosis = Diagnose(Signed.Standard().Arrived(Signed.Body.Replace("2.5", "9.5", StringComparison.Ordinal)));

        Assert.False(diagnosis.IsGenuine);
        AssertMistake("None of the usual slips", diagnosis);
    }

    private static Diagnosis Diagnose(CapturedRequest request, WebhookProfile? profile = null, string? secret = null, DateTimeOffset? now = null)
    {
        var chosen = profile ?? WebhookProfile.Standard;
        return Diagnosis.Of(
            request,
            chosen,
            secret ?? (chosen.Name == "standard" ? Signed.StandardSecret : Signed.Secret),
            new StoppedClock(now ?? Signed.SentAt),
            WebhookVerifier.DefaultReplayWindow);
    }

    private static void AssertMistake(string expected, Diagnosis diagnosis, string also = "")
    {
        Assert.False(diagnosis.IsGenuine);
        var mistake = Assert.Single(diagnosis.Mistakes);
        Assert.Contains(expected, mistake, StringComparison.Ordinal);
        Assert.Contains(also, mistake, StringComparison.Ordinal);
    }
}
