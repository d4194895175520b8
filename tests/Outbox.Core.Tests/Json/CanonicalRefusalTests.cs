using Outbox.Json;

namespace Outbox.Tests.Json;

public class CanonicalRefusalTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t")]
    public void Empty_input_says_so(string json)
    {
        AssertRefused("data", "the input is empty. Send a JSON object; the smallest is {}.", Canonical.Refusal(json));
    }

    [Theory]
    [InlineData("[1,2]", "an array: [1,2]")]
    [InlineData("  \"text\"", "a string: \"text\"")]
    [InlineData("42", "a number: 42")]
    [InlineData("-1", "a number: -1")]
    [InlineData("true", "a boolean: true")]
    [InlineData("null", "null: null")]
    public void A_top_level_that_is_no_object_is_refused(string json, string value)
    {
        AssertRefused(
            "data", $"the top level is {value}. Wrap it in an object, such as {{\"value\": …}}.", Canonical.Refusal(json));
    }

    [Fact]
    public void A_byte_order_mark_is_named()
    {
        AssertRefused(
            "data", "the JSON begins with a byte order mark (EF BB BF). Send UTF-8 without it.", Canonical.Refusal("\ufeff{}"));
    }

    [Theory]
    [InlineData(new byte[] { 0xff }, "0xFF at offset 14")]
    [InlineData(new byte[] { (byte)'x', 0xc3 }, "0xC3 at offset 15")]
    [InlineData(new byte[] { 0xc0, 0x80 }, "0xC0 at offset 14")]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 }, "0xED at offset 14")]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 }, "0xF4 at offset 14")]
    public void Invalid_UTF8_is_refused(byte[] text, string where)
    {
        byte[] json = [.. "{\"a\":{\"name\":\""u8, .. text, .. "\"}}"u8];

        AssertRefused("data.a.name", $"the byte {where} is not valid UTF-8. Encode the JSON as UTF-8.", Canonical.Refusal(json));
    }

    [Theory]
    [InlineData(@"{""a"":[0,""x\ud800""]}", "data.a[1]", @"\ud800")]
    [InlineData(@"{""a"":""\uDC00x""}", "data.a", @"\uDC00")]
    [InlineData(@"{""a"":""\ud83d\ud83d\ude00""}", "data.a", @"\ud83d")]
    [InlineData(@"{""a"":""\ud83d\n""}", "data.a", @"\ud83d")]
    [InlineData(@"{""a"":{""b\ud83d"":1}}", "data.a", @"\ud83d")]
    public void Half_a_surrogate_pair_is_refused(string json, string field, string value)
    {
        AssertRefused(
            field,
            $"{value} is half a surrogate pair and no character. Send the whole pair, or U+FFFD instead.",
            Canonical.Refusal(json));
    }

    [Theory]
    [InlineData(@"{""a"":""\x41""}", @"\x")]
    [InlineData(@"{""a"":""\u12g4""}", @"\u12g4")]
    [InlineData(@"{""a"":""\u12""}", @"\u12")]
    [InlineData("{\"a\":\"\\u003\0\"}", @"\u003\u0000")]
    [InlineData(@"{""a"":""\u 123""}", @"\u 123")]
    [InlineData(@"{""a"":""\ud83d\u12""}", @"\u12")]
    [InlineData(@"{""a"":""\", @"\")]
    [InlineData(@"{""a"":""\u00", @"\u00")]
    public void Escapes_that_JSON_does_not_know_are_refused(string json, string value)
    {
        AssertRefused(
            "data.a",
            $@"{value} is not an escape that JSON knows. Write a backslash as \\, a character as \uXXXX.",
            Canonical.Refusal(json));
    }

    [Fact]
    public void A_raw_control_character_is_refused()
    {
        AssertRefused(
            "data.a",
            @"a string holds the raw control character U+000A. Escape it: \u000a.",
            Canonical.Refusal("{\"a\":\"line\nline\"}"));
    }

    [Fact]
    public void A_string_that_never_ends_is_refused()
    {
        AssertRefused(
            "data.a", "the string \"b} never ends. Close it with a double quote.", Canonical.Refusal("{\"a\":\"b}"));
    }

    [Theory]
    [InlineData("""{"a":1} x""", "data", "x stands at offset 8 where JSON needs nothing after the end of the object.")]
    [InlineData("""{"a":1}{}""", "data", "{ stands at offset 7 where JSON needs nothing after the end of the object.")]
    [InlineData("""{a:1}""", "data", "a stands at offset 1 where JSON needs a key in double quotes.")]
    [InlineData("""{'a':1}""", "data", "'a' stands at offset 1 where JSON needs a key in double quotes.")]
    [InlineData("""{"a" 1}""", "data.a", "1 stands at offset 5 where JSON needs a colon after the key.")]
    [InlineData("""{"a":undefined}""", "data.a", "undefined stands at offset 5 where JSON needs a value.")]
    [InlineData("""{"a":NaN}""", "data.a", "NaN stands at offset 5 where JSON needs a value.")]
    [InlineData("""{"a":+1}""", "data.a", "+1 stands at offset 5 where JSON needs a value.")]
    [InlineData("""{"a":.5}""", "data.a", ".5 stands at offset 5 where JSON needs a value.")]
    [InlineData("""{"a":True}""", "data.a", "True stands at offset 5 where JSON needs a value.")]
    [InlineData("""{"a":trye}""", "data.a", "trye stands at offset 5 where JSON needs a value.")]
    [InlineData("""{"a":truely}""", "data.a", "ly stands at offset 9 where JSON needs a comma or }.")]
    [InlineData("""{"a":0x10}""", "data.a", "x10 stands at offset 6 where JSON needs a comma or }.")]
    [InlineData("""{"a":[1 2]}""", "data.a[0]", "2 stands at offset 8 where JSON needs a comma or ].")]
    [InlineData("""{"a":[1}""", "data.a[0]", "} stands at offset 7 where JSON needs a comma or ].")]
    [InlineData("""{"a":[,1]}""", "data.a[0]", ", stands at offset 6 where JSON needs a value.")]
    [InlineData("{\"a\":\u00a01}", "data.a", "\u00a01 stands at offset 5 where JSON needs a value.")]
    [InlineData("{\"a\":\0}", "data.a", "\\u0000 stands at offset 5 where JSON needs a value.")]
    [InlineData("hello", "data", "hello stands at offset 0 where JSON needs a JSON object.")]
    public void Text_that_is_not_JSON_is_refused_where_it_stands(string json, string field, string message)
    {
        AssertRefused(field, $"{message} Serialise the data with a JSON library.", Canonical.Refusal(json));
    }

    [Theory]
    [InlineData("{", "data", "byte 1 where it needs a key in double quotes")]
    [InlineData("{\"a\"", "data.a", "byte 4 where it needs a colon after the key")]
    [InlineData("{\"a\":", "data.a", "byte 5 where it needs a value")]
    [InlineData("{\"a\":[1, ", "data.a[1]", "byte 9 where it needs a value")]
    [InlineData("{\"a\":1", "data.a", "byte 6 where it needs a comma or }")]
    public void JSON_that_is_cut_off_is_refused(string json, string field, string message)
    {
        AssertRefused(field, $"the JSON ends at {message}. Send it whole.", Canonical.Refusal(json));
    }

    [Theory]
    [InlineData("{/* no */}", "data", "/*")]
    [InlineData("{\"a\":// no\n1}", "data.a", "//")]
    [InlineData("{} // no", "data", "//")]
    [InlineData("/**/{}", "data", "/**/")]
    public void Comments_are_refused(string json, string field, string value)
    {
        AssertRefused(field, $"{value} begins a comment, and JSON has none. Remove it.", Canonical.Refusal(json));
    }

    [Theory]
    [InlineData("""{"a":1,}""", "data", "}")]
    [InlineData("""{"a":[1, ]}""", "data.a[1]", "]")]
    public void Trailing_commas_are_refused(string json, string field, string closing)
    {
        AssertRefused(field, $"a comma stands before the closing {closing}. Remove the trailing comma.", Canonical.Refusal(json));
    }

    [Fact]
    public void The_limit_is_on_the_canonical_size_and_both_sizes_are_named()
    {
        var options = new CanonicalJsonOptions { MaxBytes = 12 };

        Assert.Equal("""{"a":"1234"}""", Canonical.Of("""{ "a" : "\u0031\u0032\u0033\u0034" }""", options));
        AssertRefused(
            "data",
            "the canonical JSON is 13 bytes; the limit is 12. Send less: a link in place of the content.",
            Canonical.Refusal("""{"a":"12345"}""", options));
    }

    [Fact]
    public void Numbers_that_print_longer_than_they_are_spelled_do_not_overrun()
    {
        var numbers = string.Join(',', Enumerable.Repeat("1e20", 10_000));

        AssertRefused(
            "data",
            $"the canonical JSON is {(22 * 10_000) + 7} bytes; the limit is 1000. Send less: a link in place of the content.",
            Canonical.Refusal($"{{\"a\":[{numbers}]}}", new CanonicalJsonOptions { MaxBytes = 1000 }));
    }

    [Fact]
    public void Nesting_beyond_the_limit_is_refused()
    {
        var options = new CanonicalJsonOptions { MaxDepth = 3 };

        Assert.Equal("""{"a":[{}]}""", Canonical.Of("""{"a":[{}]}""", options));
        AssertRefused(
            "data.a[0].b",
            "[1]}]} opens level 4; the limit is 3 levels. Flatten the data.",
            Canonical.Refusal("""{"a":[{"b":[1]}]}""", options));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Sixty_four_levels_are_the_default_limit(int levels, bool accepted)
    {
        var json = $"{{\"a\":{new string('[', levels - 1)}{new string(']', levels - 1)}}}";

        if (accepted)
        {
            Assert.Equal(json, Canonical.Of(json));
        }
        else
        {
            Assert.Contains("opens level 65; the limit is 64", Canonical.Refusal(json).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_depth_limit_that_the_stack_could_not_hold_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CanonicalJsonOptions { MaxDepth = 1001 });
    }

    [Fact]
    public void Paths_quote_keys_that_are_no_names_and_long_values_are_cut()
    {
        var refusal = Canonical.Refusal($$$"""{"ok":0,"a b":{"x.y":[[0,[]],{"é\"]":{{{new string('9', 500)}}}}]}}""");

        Assert.Equal("""data["a b"]["x.y"][1]["é\"]"]""", refusal.Field);
        Assert.Contains($"the integer {new string('9', 40)}… is beyond", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Message.Length < 250);
    }

    [Fact]
    public void Values_are_quoted_so_that_no_log_or_page_obeys_them()
    {
        var refusal = Canonical.Refusal("[\"\u001b[31m\u202e\u2028\u200f\"]");

        Assert.Contains("[\"\\u001b[31m\\u202e\\u2028\\u200f\"]", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_speak_of_the_field_that_the_caller_named()
    {
        var refusal = Assert.Throws<WebhookValidationException>(
            () => CanonicalJson.Canonicalize("{\"a\":tru}"u8, Canonical.Options, "artifact"));

        Assert.Equal("artifact.a", refusal.Field);
        Assert.StartsWith("artifact.a: tru stands", refusal.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(string field, string message, WebhookValidationException refusal)
    {
        Assert.Equal(field, refusal.Field);
        Assert.Equal($"{field}: {message}", refusal.Message);
    }
}
