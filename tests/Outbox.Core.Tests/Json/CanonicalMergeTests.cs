using Outbox.Json;

namespace Outbox.Tests.Json;

public class CanonicalMergeTests
{
    [Theory]
    [InlineData("{}", "{}", "{}")]
    [InlineData("""{"a":1}""", "{}", """{"a":1}""")]
    [InlineData("{}", """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"a":1,"b":2,"c":3}""", """{"d":4,"b":{"x":[]}}""", """{"a":1,"b":{"x":[]},"c":3,"d":4}""")]
    [InlineData("""{"a":{"x":1,"y":2}}""", """{"a":{"x":3}}""", """{"a":{"x":3}}""")]
    [InlineData("""{"1":1,"3":3,"a":0}""", """{"2":2,"3":4,"4294967294":5,"b":6}""", """{"1":1,"2":2,"3":4,"4294967294":5,"a":0,"b":6}""")]
    [InlineData("""{"a\"}":"{[,","b":"\\"}""", """{"b":"\"","a\"}":null}""", """{"a\"}":null,"b":"\""}""")]
    [InlineData("""{"n":100000000000000000000}""", """{"m":1}""", """{"n":100000000000000000000,"m":1}""")]
    public void A_patch_replaces_in_place_and_appends(string json, string patch, string expected)
    {
        Assert.Equal(expected, Canonical.Merge(json, patch));
    }

    [Fact]
    public void A_merge_over_the_limit_is_refused_with_both_sizes()
    {
        var options = new CanonicalJsonOptions { MaxBytes = 12 };

        var refusal = Assert.Throws<WebhookValidationException>(
            () => CanonicalJson.Merge("{\"a\":1}"u8, "{\"b\":2}"u8, options));

        Assert.Equal("data", refusal.Field);
        Assert.Equal(
            "data: the canonical JSON is 13 bytes; the limit is 12. Send less: a link in place of the content.", refusal.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    public void A_merge_of_what_is_no_canonical_object_is_an_error_of_ours(string json)
    {
        Assert.Throws<ArgumentException>(() => Canonical.Merge(json, "{}"));
    }

    [Theory]
    [InlineData("a", """{"b":2,"c":3}""")]
    [InlineData("b", """{"a":{"b":1},"c":3}""")]
    [InlineData("c", """{"a":{"b":1},"b":2}""")]
    [InlineData("d", """{"a":{"b":1},"b":2,"c":3}""")]
    public void An_object_is_written_without_one_property(string property, string expected)
    {
        Assert.Equal(expected, Canonical.Without("""{"a":{"b":1},"b":2,"c":3}""", property));
    }

    [Theory]
    [InlineData("{}", "a", "{}")]
    [InlineData("""{"a":1}""", "a", "{}")]
    [InlineData("""{"a\"\n😀":1,"b":2}""", "a\"\n😀", """{"b":2}""")]
    public void The_last_property_and_escaped_names_can_go_too(string json, string property, string expected)
    {
        Assert.Equal(expected, Canonical.Without(json, property));
    }
}
