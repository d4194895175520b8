using Outbox.Sending;

namespace Outbox.Tests.Sending;

public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(1994, 11, 6, 8, 49, 7, TimeSpan.Zero);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("120", 120)]
    [InlineData("0000120", 120)]
    [InlineData(" 120\t", 120)]
    [InlineData("-1", 0)]
    [InlineData("-99999999999999999999", 0)]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", 30)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", 30)]
    [InlineData("Sun Nov  6 08:49:37 1994", 30)]
    [InlineData("Sun, 06 Nov 1994 08:49:07 GMT", 0)]
    [InlineData("Sun, 06 Nov 1994 08:00:00 GMT", 0)]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT", 0)]
    [InlineData("31536000", 31536000)]
    [InlineData("31536001", 31536000)]
    [InlineData("2147483648", 31536000)]
    [InlineData("99999999999999999999999999", 31536000)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 31536000)]
    public void It_is_understood(string value, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Parse(value, Now));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("-")]
    [InlineData("+5")]
    [InlineData("5s")]
    [InlineData("1.5")]
    [InlineData("1,5")]
    [InlineData("0x10")]
    [InlineData("1e3")]
    [InlineData("soon")]
    [InlineData("5, 10")]
    [InlineData("\u0661")]
    [InlineData("1994-11-06T08:49:37Z")]
    [InlineData("Sun, 06 Nov 1994 08:49:37")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 CET")]
    [InlineData("Mon, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 32 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 25:49:37 GMT")]
    [InlineData("06 Nov 1994 08:49:37 GMT")]
    public void It_is_ignored_when_malformed(string? value) => Assert.Null(RetryAfter.Parse(value, Now));

    [Fact]
    public async Task Two_of_them_are_ignored()
    {
        await using var server = HostileServer.AnsweringOnce(
            "HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nRetry-After: 10\r\nContent-Length: 0\r\n\r\n");
        using var bench = new SendingBench();

        Assert.Null((await bench.SendAsync(server.Url())).RetryAfter);
    }
}
