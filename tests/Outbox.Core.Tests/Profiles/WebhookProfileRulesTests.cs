using Outbox.Deliveries;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.Tests.Profiles;

/// <summary>Each row breaks one thing and expects one sentence with the value and the cure.</summary>
public class WebhookProfileRulesTests
{
    private static readonly WebhookProfile Good = WebhookProfile.Ttma;

    private static readonly Dictionary<string, WebhookProfile> Broken = new(StringComparer.Ordinal)
    {
        ["Name is 'Acme'; use 1 to 64 of a-z"] = Good with { Name = "Acme" },
        ["Name is ''; use 1 to 64"] = Good with { Name = "" },
        ["Name is '-acme'"] = Good with { Name = "-acme" },
        ["Envelope is null"] = Good with { Envelope = null! },
        ["Envelope has the name 'a' more than once"] =
            Good with { Envelope = new(new("a", EnvelopeValue.DeliveryId), new("a", EnvelopeValue.Data)) },
        ["Envelope has the name '0', which JavaScript would move"] =
            Good with { Envelope = new(new("id", EnvelopeValue.EventId), new("0", EnvelopeValue.Data)) },
        ["Envelope has the name '4294967294'"] =
            Good with { Envelope = new(new("id", EnvelopeValue.EventId), new("4294967294", EnvelopeValue.Data)) },
        ["Envelope has a field without a printable ASCII name (it holds Data)"] =
            Good with { Envelope = new(new("id", EnvelopeValue.EventId), new("", EnvelopeValue.Data)) },
        ["Envelope's field 'x' holds 99"] =
            Good with { Envelope = new(new("id", EnvelopeValue.EventId), new("x", (EnvelopeValue)99), new("data", EnvelopeValue.Data)) },
        ["Envelope holds the data 0 times"] = Good with { Envelope = new(new EnvelopeField("id", EnvelopeValue.EventId)) },
        ["Nothing in a delivery lets the receiver recognise a repeat; set DeliveryIdHeader"] =
            Good with { Envelope = WebhookEnvelope.None },
        ["DeliveryIdHeader is 'X Acme', which is no header name"] = Good with { DeliveryIdHeader = "X Acme" },
        ["DeliveryIdHeader is 'content-type', which HTTP uses itself"] = Good with { DeliveryIdHeader = "content-type" },
        ["DeliveryIdHeader is 'x-ttma-signature', which another header"] = Good with { DeliveryIdHeader = "x-ttma-signature" },
        ["Success is 200-399; it starts at 200"] = Good with { Success = new(200, 399) },
        ["Success is 299-200; it starts"] = Good with { Success = new(299, 200) },
        ["Success is 0; it starts"] = Good with { Success = default },
        ["Timeout is 00:00:00; it is more than zero and at most 00:01:00"] = Good with { Timeout = TimeSpan.Zero },
        ["Timeout is 00:01:01"] = Good with { Timeout = TimeSpan.FromSeconds(61) },
        ["Retries.Delays[0] is 00:00:00"] = Good with { Retries = new RetrySchedule(TimeSpan.Zero) },
        ["Secret.MinimumLength is 0; for secrets of the form Utf8 it lies from 1 to 512"] = Good with { Secret = SecretRule.Required(0) },
        ["Secret.MinimumLength is 23; for secrets of the form WhsecBase64 it lies from 24 to 64"] =
            WebhookProfile.Standard with { Secret = SecretRule.Generated(23) },
        ["Secret.Requirement is 7"] = Good with { Secret = new SecretRule((SecretRequirement)7, 32) },
        ["EventTypes is empty"] = Good with { EventTypes = [], Holds = [] },
        ["EventTypes has an empty type"] = Good with { EventTypes = ["call.ended", " "] },
        ["EventTypes has 'call.ended' 2 times"] = Good with { EventTypes = ["call.ended", "call.ended"] },
        ["Holds has one for event type 'call.over', which EventTypes does not list: call.ended"] =
            Good with { Holds = [new("call.over", "recording", TimeSpan.FromSeconds(1))] },
        ["Holds waits 00:00:00 for 'recording'"] = Good with { Holds = [new("call.ended", "recording", TimeSpan.Zero)] },
        ["Holds has one for event type 'call.ended' and artifact ''"] =
            Good with { Holds = [new("call.ended", "", TimeSpan.FromSeconds(1))] },
        ["Holds has 'recording' of 'call.ended' 2 times"] = Good with { Holds = [.. Good.Holds, .. Good.Holds] },
        ["Holds is null or has null in it"] = Good with { Holds = [null!] },
        ["Signature.Header is '', which is no header name"] = WithScheme(scheme => scheme with { Header = "" }),
        ["timestamp must be sent in exactly one place, and it is sent in 0"] = WithScheme(scheme => scheme with { Prefix = null }),
        ["timestamp must be sent in exactly one place, and it is sent in 2"] =
            WithScheme(scheme => scheme with { TimestampHeader = "X-Time" }),
        ["a timestamp is sent that nothing signs"] = WithScheme(scheme => scheme with { Content = SignedContent.Body }),
        ["Signature.IdHeader is null and Signature.Content is IdTimestampAndBody"] =
            WithScheme(scheme => scheme with { Content = SignedContent.IdTimestampAndBody }),
        ["Signature.IdHeader is X-Id and Signature.Content is TimestampAndBody"] = WithScheme(scheme => scheme with { IdHeader = "X-Id" }),
        ["Signature.Separator is 'a', which could be part of a signature"] = WithScheme(scheme => scheme with { Separator = "a" }),
        ["Signature.Separator is ''"] = WithScheme(scheme => scheme with { Separator = "" }),
        ["Signature.SignaturePrefix is 'v,1=' and has the Separator"] = WithScheme(scheme => scheme with { SignaturePrefix = "v,1=" }),
        ["Signature.SignaturePrefix has a character that a header cannot carry"] =
            WithScheme(scheme => scheme with { SignaturePrefix = "v1\r\n" }),
        ["Signature.Prefix is 't={timestamp}': '{timestamp}' may stand"] = WithScheme(scheme => scheme with { Prefix = "t={timestamp}" }),
        ["Signature.Key is 9"] = WithScheme(scheme => scheme with { Key = (SecretEncoding)9 }),
    };

    public static TheoryData<string> Sentences { get; } = new(Broken.Keys);

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_contradiction_is_told_in_one_sentence(string sentence)
    {
        var problem = Assert.Single(WebhookProfileRules.Problems(Broken[sentence]));

        Assert.Contains(sentence, problem, StringComparison.Ordinal);
        Assert.StartsWith($"Profile '{Broken[sentence].Name}': ", problem, StringComparison.Ordinal);
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_numbers_that_are_no_array_index_may_be_names()
    {
        var envelope = new WebhookEnvelope(
            new("4294967295", EnvelopeValue.EventId), new("01", EnvelopeValue.EventType), new("-1", EnvelopeValue.Data));

        Assert.Empty(WebhookProfileRules.Problems(Good with { Envelope = envelope }));
    }

    [Fact]
    public void Several_contradictions_are_told_at_once()
    {
        var problems = WebhookProfileRules.Problems(Good with { Timeout = TimeSpan.Zero, Success = default, DeliveryIdHeader = "" });

        Assert.Equal(3, problems.Count());
    }

    private static WebhookProfile WithScheme(Func<SignatureScheme, SignatureScheme> vary) =>
        Good with { Signature = vary(Good.Signature) };
}
