using System.Buffers;
using System.Text.RegularExpressions;
using Outbox.Json;

namespace Outbox.Tests.Json;

public class CanonicalStringTests
{
    [Theory]
    [InlineData(@"""\""\\\/\b\t\n\f\r""", @"""\""\\/\b\t\n\f\r""")]
    [InlineData(@"""\u0008\u0009\u000A\u000c\u000D\u0022\u005C""", @"""\b\t\n\f\r\""\\""")]
    [InlineData(@"""\u0000\u000b\u001F""", @"""\u0000\u000b\u001f""")]
    public void Only_the_quote_the_backslash_and_C0_are_escaped(string literal, string expected)
    {
        Assert.Equal($"{{{expected}:{expected}}}", Canonical.Of($"{{{literal}:{literal}}}"));
    }

    [Theory]
    [InlineData(@"\u00e9", "é")]
    [InlineData(@"\u007F\u0080\u00a0", "\u007f\u0080\u00a0")]
    [InlineData(@"\u2028\u2029\uFEFF", "\u2028\u2029\ufeff")]
    [InlineData(@"\ue000\uFFFE\uffff", "\ue000\ufffe\uffff")]
    [InlineData(@"\ud83d\ude00", "😀")]
    [InlineData(@"\uDBFF\uDFFF", "\U0010ffff")]
    [InlineData(@"\u003c\u0026\u0027\u002f", "<&'/")]
    public void Everything_else_is_raw_however_it_was_spelled(string escaped, string raw)
    {
        Assert.Equal($"{{\"s\":\"a{raw}z\"}}", Canonical.Of($"{{\"s\":\"a{escaped}z\"}}"));
        Assert.Equal($"{{\"s\":\"a{raw}z\"}}", Canonical.Of($"{{\"s\":\"a{raw}z\"}}"));
    }

    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("plain", "\"plain\"")]
    [InlineData("\"\\/\b\t\n\f\r\0\u001f\u007f", "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\u007f\"")]
    [InlineData("é\u2028\ufeff\ufffe😀<&'", "\"é\u2028\ufeff\ufffe😀<&'\"")]
    public void A_string_literal_is_as_JavaScript_writes_it(string value, string expected)
    {
        Assert.Equal(expected, Canonical.Literal(value));
    }

    [Fact]
    public void A_long_string_literal_is_written_whole()
    {
        var value = string.Concat(Enumerable.Repeat("é😀 \"quoted\"\n", 1000)) + new string('x', 100_000);

        var literal = Canonical.Literal(value);

        Assert.Equal(Canonical.Of($"{{\"s\":{System.Text.Json.JsonSerializer.Serialize(value)}}}"), $"{{\"s\":{literal}}}");
    }

    [Theory]
    [InlineData(@"a\ud800")]
    [InlineData(@"a\udc00z")]
    [InlineData(@"a\ud83d\ud83d")]
    [InlineData(@"a\ude00\ud83d")]
    public void A_string_with_half_a_surrogate_pair_is_refused(string escaped)
    {
        var value = Regex.Unescape(escaped); // the metadata of an attribute could not hold it

        var refusal = Assert.Throws<WebhookValidationException>(
            () => CanonicalJson.WriteString(new ArrayBufferWriter<byte>(), value, "subject"));

        Assert.Equal("subject", refusal.Field);
        Assert.Equal(
            $"subject: {escaped} holds half a surrogate pair, which is no character. Send the whole pair, or U+FFFD instead.",
            refusal.Message);
    }
}
