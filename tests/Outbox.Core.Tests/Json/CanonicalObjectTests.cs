namespace Outbox.Tests.Json;

public class CanonicalObjectTests
{
    [Theory]
    [InlineData("""{"b":1,"a":2}""", """{"b":1,"a":2}""")]
    [InlineData("""{"b":1,"10":2,"9":3,"a":4,"0":5}""", """{"0":5,"9":3,"10":2,"b":1,"a":4}""")]
    [InlineData("""{"4294967295":1,"4294967294":2,"4294967296":3}""", """{"4294967294":2,"4294967295":1,"4294967296":3}""")]
    [InlineData("""{"01":1,"-1":2,"1.0":3," 1":4,"1e0":5,"":7,"1":8}""", """{"1":8,"01":1,"-1":2,"1.0":3," 1":4,"1e0":5,"":7}""")]
    [InlineData("""{"a":1,"\u0031\u0030":2,"2":3}""", """{"2":3,"10":2,"a":1}""")]
    public void Array_indices_come_first_and_ascend_and_the_rest_keeps_its_order(string json, string expected)
    {
        Assert.Equal(expected, Canonical.Of(json));
    }

    [Fact]
    public void Index_order_holds_at_every_level()
    {
        const string json = """{"z":{"b":[{"y":0,"1":{"x":1,"0":2}}],"5":3,"4":4},"7":{"3":1,"2":2},"a":{}}""";

        Assert.Equal(
            """{"7":{"2":2,"3":1},"z":{"4":4,"5":3,"b":[{"1":{"0":2,"x":1},"y":0}]},"a":{}}""",
            Canonical.Of(json));
    }

    [Fact]
    public void White_space_between_tokens_goes()
    {
        Assert.Equal(
            """{"a":[1,{"b":null},[]],"c":{},"d e":" "}""",
            Canonical.Of(" \t\r\n{ \"a\" :\n[ 1 , { \"b\":\tnull } , [ ] ] ,\r\"c\" : { } , \"d e\" : \" \" } \n"));
    }

    [Fact]
    public void Proto_is_a_key_like_any_other()
    {
        Assert.Equal(
            """{"__proto__":{"a":true},"toJSON":false,"constructor":null}""",
            Canonical.Of("""{"__proto__":{"a":true},"toJSON":false,"constructor":null}"""));
    }

    [Theory]
    [InlineData("""{"a":1,"b":2,"a":3}""", "data.a", "\"a\"")]
    [InlineData("""{"x":[{"a":1,"\u0061":3}]}""", """data.x[0]["\u0061"]""", "\"a\"")]
    [InlineData("""{"x":{"1":1,"0":1,"1":3}}""", "data.x.1", "\"1\"")]
    [InlineData("""{"__proto__":1,"__proto__":1}""", "data.__proto__", "\"__proto__\"")]
    [InlineData("""{"":1,"":1}""", "data[\"\"]", "\"\"")]
    public void A_key_that_stands_twice_is_refused(string json, string field, string key)
    {
        var refusal = Canonical.Refusal(json);

        Assert.Equal(field, refusal.Field);
        Assert.Equal(
            $"{field}: the key {key} stands twice in one object, and JavaScript would silently keep the last. Send it once.",
            refusal.Message);
    }

    [Fact]
    public void A_key_that_stands_twice_among_thousands_is_refused()
    {
        var members = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"key{i}\":{i}"));

        var refusal = Canonical.Refusal($"{{\"many\":{{{members},\"key42\":0}}}}");

        Assert.Equal("data.many.key42", refusal.Field);
        Assert.Contains("\"key42\" stands twice", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_key_may_stand_in_different_objects()
    {
        const string json = """{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":3}}""";

        Assert.Equal(json, Canonical.Of(json));
    }

    [Fact]
    public void Thousands_of_keys_keep_their_order()
    {
        var indices = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"\"{i}\":{i}"));
        var names = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"\"n{(i * 7919) % 3000}\":{i}"));
        var reversed = string.Join(',', Enumerable.Range(0, 3000).Reverse().Select(i => $"\"{i}\":{i}"));

        Assert.Equal($"{{{indices},{names}}}", Canonical.Of($"{{{names},{reversed}}}"));
    }
}
