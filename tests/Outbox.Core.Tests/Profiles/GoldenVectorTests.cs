using System.Text;
using System.Text.Json;
using Outbox.Json;
using Outbox.Profiles;

namespace Outbox.Tests.Profiles;

/// <summary>Every profile against bodies and signatures that were computed with another language's JSON and cryptography.</summary>
public class GoldenVectorTests
{
    private static readonly Dictionary<string, JsonElement> Vectors = Load();

    public static TheoryData<string> Cases { get; } = new(Vectors.Keys);

    [Fact]
    public void Every_built_in_profile_has_vectors()
    {
        var covered = Vectors.Values.Select(vector => vector.GetProperty("profile").GetString()!).Distinct(StringComparer.Ordinal);

        Assert.Equal(WebhookProfile.BuiltIn.Select(profile => profile.Name), covered, StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Body_and_headers_are_those_of_the_vector(string name)
    {
        var vector = Vectors[name];
        var profile = SomeDelivery.ProfileNamed(vector.GetProperty("profile").GetString()!);
        var content = ContentOf(vector.GetProperty("event"));
        var expectedHeaders = vector.GetProperty("headers").EnumerateObject()
            .ToDictionary(h => h.Name, h => h.Value.GetString()!, StringComparer.Ordinal);
        var secret = vector.GetProperty("secret").GetString()!;
        var attemptedAt = TimeOf(vector.GetProperty("event"), "attemptedAt");
        var headers = new List<KeyValuePair<string, string>> { new("Content-Type", DeliveryComposer.ContentType) };

        var body = SomeDelivery.Body(profile, content);
        DeliveryComposer.AddHeaders(headers, profile, content, body, [secret], attemptedAt);

        Assert.Equal(vector.GetProperty("body").GetString(), Encoding.UTF8.GetString(body));

        // The vectors hold what vendors publish; an id header that is this library's choice comes on top.
        if (profile.DeliveryIdHeader is { } idHeader)
        {
            expectedHeaders.Add(idHeader, content.DeliveryId);
        }

        Assert.Equal(expectedHeaders.OrderBy(h => h.Key, StringComparer.Ordinal), headers.OrderBy(h => h.Key, StringComparer.Ordinal));
    }

    private static DeliveryContent ContentOf(JsonElement @event) => new()
    {
        EventId = @event.GetProperty("id").GetString()!,
        DeliveryId = @event.GetProperty("deliveryId").GetString()!,
        EventType = @event.GetProperty("type").GetString()!,
        Tenant = @event.GetProperty("tenant").GetString(),
        OccurredAt = TimeOf(@event, "occurredAt"),
        Data = CanonicalJson.Canonicalize(
            Encoding.UTF8.GetBytes(@event.GetProperty("data").GetRawText()), new CanonicalJsonOptions()),
        ShipTranscript = true,
    };

    private static DateTimeOffset TimeOf(JsonElement @event, string name) => @event.GetProperty(name).GetDateTimeOffset();

    private static Dictionary<string, JsonElement> Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(TestAsset.PathOf("Profiles/vectors.json")));

        return document.RootElement.EnumerateArray().ToDictionary(
            vector => $"{vector.GetProperty("profile")}: {vector.GetProperty("case")}", vector => vector.Clone(), StringComparer.Ordinal);
    }
}
