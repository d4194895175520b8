using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Outbox.Events;
using Outbox.Profiles;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Tests.Events;

public sealed partial class EventAdmissionTests
{
    private readonly WebhookOutboxOptions _options = new();
    private readonly List<AddedProfile> _added = [];

    [Fact]
    public void An_object_becomes_canonical_camel_case_JSON()
    {
        var admitted = Admit(new WebhookEvent("call.ended", new { CallId = "c1", Duration = 2.50m, Name = "é😀" }));

        Assert.Equal("""{"callId":"c1","duration":2.5,"name":"é😀"}""", Encoding.UTF8.GetString(admitted.Data.Span));
    }

    [Fact]
    public void Source_generated_and_raw_JSON_take_the_same_form()
    {
        var typed = Admit(WebhookEvent.Create("call.ended", new Call("c1", 1), CallJson.Default.Call));
        var text = Admit(WebhookEvent.FromJson("call.ended", """ { "Id" : "c1", "Legs" : 1.0 } """));
        var utf8 = Admit(WebhookEvent.FromJson("call.ended", """{"Id":"c1","Legs":1}"""u8.ToArray()));

        Assert.Equal("""{"Id":"c1","Legs":1}""", Encoding.UTF8.GetString(typed.Data.Span));
        Assert.Equal(typed.Data.ToArray(), text.Data.ToArray());
        Assert.Equal(typed.Data.ToArray(), utf8.Data.ToArray());
    }

    [Fact]
    public void The_implied_scopes_are_added_once()
    {
        var admitted = Admit(new WebhookEvent("call.ended", new { })
        {
            Tenant = "org_1",
            Subject = "c1",
            Scopes = ["+15550100", WebhookScope.Call("c1"), "+15550100"],
        });

        Assert.Equal(["all", "tenant:org_1", "call:c1", "number:+15550100"], admitted.Scopes);
    }

    [Fact]
    public void The_event_keeps_the_trace_that_it_was_enqueued_in()
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(activity.Id, Admit(new WebhookEvent("call.ended", new { })).TraceParent);
    }

    [Fact]
    public void Without_a_trace_or_with_one_of_the_older_form_it_keeps_none()
    {
        Assert.Null(Admit(new WebhookEvent("call.ended", new { })).TraceParent);
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.Hierarchical).Start();

        Assert.Null(Admit(new WebhookEvent("call.ended", new { })).TraceParent);
    }

    [Theory]
    [InlineData("call ended")]
    [InlineData("call.ended\n")]
    [InlineData("ünlaut")]
    public void A_type_of_another_form_is_refused(string type) =>
        Refused("type", $"'{type}'", () => WebhookEvent.FromJson(type, "{}"));

    [Fact]
    public void An_unknown_type_is_refused_with_the_nearest_one()
    {
        _options.EventTypes = ["call.started", "call.ended"];

        Refused("type", "Did you mean 'call.ended'?", () => WebhookEvent.FromJson("call.eneded", "{}"));
    }

    [Theory]
    [InlineData("[1]", "object")]
    [InlineData("""{"a":1,"a":2}""", "a")]
    [InlineData("""{"a":9007199254740993}""", "9007199254740993")]
    [InlineData("""{"a":"\ud800"}""", "surrogate")]
    [InlineData("""{"a":""", "data")]
    public void Data_that_receivers_could_not_verify_is_refused(string json, string named) =>
        Refused("data", named, () => WebhookEvent.FromJson("call.ended", json));

    [Fact]
    public void A_lone_surrogate_in_text_is_refused_and_not_replaced() =>
        Refused("data", "surrogate", () => WebhookEvent.FromJson("call.ended", "{\"a\":\"" + '\ud800' + "\"}"));

    [Fact]
    public void So_is_one_in_an_object_a_dictionary_a_key_or_a_node()
    {
        const string Lone = "cut \ud83d";
        object[] data =
        [
            new { Said = Lone },
            new { Inner = new[] { new { Said = "fine 😀" + Lone } } },
            new Dictionary<string, string>(StringComparer.Ordinal) { [Lone] = "x" },
            new Dictionary<string, object>(StringComparer.Ordinal) { ["x"] = Lone },
            new JsonObject { ["said"] = Lone },
            new JsonObject { [Lone] = 1 },
        ];

        Assert.All(data, value => Refused("data", "surrogate", () => new WebhookEvent("call.ended", value)));
        Refused("data", "surrogate", () => WebhookEvent.Create("call.ended", new Call(Lone, 1), CallJson.Default.Call));
    }

    [Fact]
    public void Whole_surrogate_pairs_are_kept_as_they_are()
    {
        var admitted = Admit(new WebhookEvent("call.ended", new { Said = "😀é\u2028\"", Name = "a" }));

        Assert.Equal("{\"said\":\"😀é\u2028\\\"\",\"name\":\"a\"}", Encoding.UTF8.GetString(admitted.Data.Span));
    }

    [Fact]
    public void Data_over_the_limit_is_refused_with_both_sizes()
    {
        _options.MaxDataBytes = 1024;

        Refused("data", "1024", () => WebhookEvent.FromJson("call.ended", $$"""{"a":"{{new string('x', 2000)}}"}"""));
    }

    [Fact]
    public void Data_that_cannot_be_serialized_is_refused() => Refused("data", "cannot be written", () => new WebhookEvent("call.ended", new { X = double.NaN }));

    [Fact]
    public void What_is_null_is_named()
    {
        Refused("scopes", "Give []", () => new WebhookEvent("call.ended", new { }) { Scopes = null! });
        Refused("scopes", "null", () => new WebhookEvent("call.ended", new { }) { Scopes = [null!] });
        Refused("holds", "Give []", () => new WebhookEvent("call.ended", new { }) { Holds = null! });
        Refused("holds", "null", () => new WebhookEvent("call.ended", new { }) { Subject = "c1", Holds = [null!] });
        Refused("headers", "null", () => new WebhookEvent("call.ended", new { }) { Headers = null! });
    }

    [Fact]
    public void A_hold_without_a_subject_is_refused() =>
        Refused("subject", "recording", () => new WebhookEvent("call.ended", new { }) { Holds = [new("recording", TimeSpan.FromSeconds(1))] });

    [Theory]
    [InlineData(0)]
    [InlineData(90_000)]
    public void A_hold_with_a_deadline_out_of_range_is_refused(int seconds) =>
        Refused("holds", "recording", () => new WebhookEvent("call.ended", new { }) { Subject = "c1", Holds = [new("recording", TimeSpan.FromSeconds(seconds))] });

    [Fact]
    public void Two_holds_for_one_artifact_are_refused() =>
        Refused("holds", "twice", () => new WebhookEvent("call.ended", new { })
        {
            Subject = "c1",
            Holds = [new("recording", TimeSpan.FromSeconds(1)), new("recording", TimeSpan.FromSeconds(2))],
        });

    [Fact]
    public void A_header_that_the_outbox_owns_is_refused() =>
        Refused("headers.webhook-id", "webhook-id", () => new WebhookEvent("call.ended", new { }) { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["webhook-id"] = "x" } });

    [Theory]
    [InlineData("tenant")]
    [InlineData("subject")]
    [InlineData("orderingKey")]
    [InlineData("idempotencyKey")]
    public void A_key_that_is_empty_or_too_long_is_refused(string field)
    {
        foreach (var value in (string[])["", new string('x', 300), "a\0b", "a\ud800"])
        {
            Refused(field, field, () => new WebhookEvent("call.ended", new { })
            {
                Tenant = field == "tenant" ? value : null,
                Subject = field == "subject" ? value : null,
                OrderingKey = field == "orderingKey" ? value : null,
                IdempotencyKey = field == "idempotencyKey" ? value : null,
            });
        }
    }

    [Fact]
    public void A_header_that_any_profile_sets_itself_is_refused_in_any_letter_case()
    {
        _added.Add(new(WebhookProfile.Ttma with { Name = "acme", DeliveryIdHeader = "X-Acme-Delivery" }));
        var own = WebhookProfile.BuiltIn.SelectMany(profile => profile.OwnHeaders).Append("X-Acme-Delivery").Distinct(StringComparer.OrdinalIgnoreCase).ToList();

        Assert.InRange(own.Count, 8, 100);
        Assert.All(own.Concat(own.Select(name => name.ToUpperInvariant())), name => Refused("headers", name, () => new WebhookEvent("call.ended", new { })
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = "mine" },
        }));
    }

    private NewEvent Admit(WebhookEvent webhookEvent) =>
        new EventAdmission(Options.Create(_options), new IdGenerator(new TestClock(), new SeededRandom(1)), new ProfileCatalogue(_added)).Admit(webhookEvent);

    private void Refused(string field, string named, Func<WebhookEvent> make)
    {
        var refusal = Assert.Throws<WebhookValidationException>(() => Admit(make()));

        Assert.StartsWith(field, refusal.Field, StringComparison.Ordinal);
        Assert.Contains(named, refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    internal sealed record Call(string Id, int Legs);

    [JsonSerializable(typeof(Call))]
    internal sealed partial class CallJson : JsonSerializerContext;
}
