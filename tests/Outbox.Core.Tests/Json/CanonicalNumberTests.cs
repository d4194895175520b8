using System.Globalization;
using Outbox.Json;

namespace Outbox.Tests.Json;

public class CanonicalNumberTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("-0e7", "0")]
    [InlineData("1.0", "1")]
    [InlineData("-1", "-1")]
    [InlineData("2.50", "2.5")]
    [InlineData("-2.5", "-2.5")]
    [InlineData("100", "100")]
    [InlineData("1e2", "100")]
    [InlineData("1E+02", "100")]
    [InlineData("0.30000000000000004", "0.30000000000000004")]
    [InlineData("0.1000000000000000055511151231257827", "0.1")]
    [InlineData("123456789012345.678", "123456789012345.67")]
    public void A_number_prints_with_the_fewest_digits_that_mean_it(string literal, string expected)
    {
        Assert.Equal($"{{\"n\":[{expected}]}}", Canonical.Of($"{{\"n\":[{literal}]}}"));
    }

    [Theory]
    [InlineData("1e15", "1000000000000000")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("123456789012345680000.0", "123456789012345680000")]
    [InlineData("999999999999999934463.0", "999999999999999900000")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1E+21", "1e+21")]
    [InlineData("-1.25e30", "-1.25e+30")]
    [InlineData("1e-5", "0.00001")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1.5e-6", "0.0000015")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("0.00000125", "0.00000125")]
    [InlineData("0.000000125", "1.25e-7")]
    [InlineData("-1.5e-7", "-1.5e-7")]
    public void The_exponent_begins_at_1e21_and_below_1e_minus_6(string literal, string expected)
    {
        Assert.Equal($"{{\"n\":{expected}}}", Canonical.Of($"{{\"n\":{literal}}}"));
    }

    [Theory]
    [InlineData("5e-324", "5e-324")]
    [InlineData("4.9406564584124654e-324", "5e-324")]
    [InlineData("1e-400", "0")]
    [InlineData("-1e-400", "0")]
    [InlineData("2.225073858507201e-308", "2.225073858507201e-308")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("9007199254740993.0", "9007199254740992")]
    public void The_ends_of_the_doubles_print_as_in_JavaScript(string literal, string expected)
    {
        Assert.Equal($"{{\"n\":{expected}}}", Canonical.Of($"{{\"n\":{literal}}}"));
    }

    [Theory]
    [InlineData("2.98023223876953125e-8", "2.9802322387695312e-8")]
    [InlineData("-2.98023223876953125e-8", "-2.9802322387695312e-8")]
    [InlineData("4.1045368012983762e-289", "4.1045368012983762e-289")]
    public void Powers_of_two_that_DotNet_prints_one_digit_short_keep_it(string literal, string expected)
    {
        Assert.Equal($"{{\"n\":{expected}}}", Canonical.Of($"{{\"n\":{literal}}}"));
    }

    [Theory]
    [InlineData("999999999999999")]
    [InlineData("9007199254740991")]
    [InlineData("9007199254740992")]
    [InlineData("-9007199254740992")]
    public void Integers_up_to_2_to_the_53_keep_their_digits(string literal)
    {
        Assert.Equal($"{{\"n\":{literal}}}", Canonical.Of($"{{\"n\":{literal}}}"));
    }

    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("-9007199254740993")]
    [InlineData("9007199254740994")]
    [InlineData("10000000000000000")]
    [InlineData("123456789012345678901234567890")]
    public void Integers_beyond_2_to_the_53_are_refused(string literal)
    {
        var refusal = Canonical.Refusal($"{{\"call\":{{\"ids\":[1,{literal}]}}}}");

        Assert.Equal("data.call.ids[1]", refusal.Field);
        Assert.Equal(
            $"data.call.ids[1]: the integer {literal} is beyond ±2^53, where JavaScript rounds. Send it as a string: \"{literal}\".",
            refusal.Message);
    }

    [Theory]
    [InlineData("9007199254740993", "\"9007199254740993\"")]
    [InlineData("-9007199254740993", "\"-9007199254740993\"")]
    [InlineData("123456789012345678901234567890", "\"123456789012345678901234567890\"")]
    [InlineData("9007199254740992", "9007199254740992")]
    [InlineData("-0", "0")]
    [InlineData("1e20", "100000000000000000000")]
    public void Large_integers_become_strings_of_their_digits_where_that_is_chosen(string literal, string expected)
    {
        var options = new CanonicalJsonOptions { LargeIntegersAsStrings = true };

        Assert.Equal($"{{\"n\":{expected},\"m\":[{expected}]}}", Canonical.Of($"{{\"n\":{literal},\"m\":[{literal}]}}", options));
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e309")]
    [InlineData("1.7976931348623159e308")]
    public void Numbers_that_JavaScript_reads_as_Infinity_are_refused(string literal)
    {
        var refusal = Canonical.Refusal($"{{\"cost\":{literal}}}");

        Assert.Equal("data.cost", refusal.Field);
        Assert.Equal(
            $"data.cost: JavaScript reads the number {literal} as Infinity. Send one within ±1.7976931348623157e308, or a string.",
            refusal.Message);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("-01")]
    [InlineData("00")]
    [InlineData("1.")]
    [InlineData("-")]
    [InlineData("-.5")]
    [InlineData("1.e5")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("-Infinity")]
    public void Numbers_that_JSON_does_not_know_are_refused(string literal)
    {
        var refusal = Canonical.Refusal($"{{\"n\":{literal}}}");

        Assert.Equal("data.n", refusal.Field);
        Assert.Equal($"data.n: {literal} is not a number as JSON writes it. Write it as in -12, 0.5 or 1.5e+3.", refusal.Message);
    }

    [Fact]
    public void A_double_never_prints_longer_than_the_room_that_is_reserved()
    {
        var random = new NastyJson(seed: 17);
        var buffer = new byte[CanonicalNumber.MaxLength];

        for (var i = 0; i < 100_000; i++)
        {
            var value = random.FiniteDouble();
            var length = CanonicalNumber.Format(value, buffer);

            Assert.Equal(value, double.Parse(buffer.AsSpan(0, length), CultureInfo.InvariantCulture));
        }
    }
}
