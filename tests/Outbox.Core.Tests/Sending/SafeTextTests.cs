using System.Text;
using Outbox.Sending;

namespace Outbox.Tests.Sending;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("two\r\nlines\tand tab", "two  lines and tab")]
    [InlineData("\u001b[31mred\u001b[0m", "[31mred[0m")]
    [InlineData("nul\0 bell\a del\u007f c1\u0085\u009b", "nul bell del c1")]
    [InlineData("user\u202etxt.exe\u2066\u200b\ufeff", "usertxt.exe")]
    [InlineData("line\u2028para\u2029", "line para ")]
    [InlineData("grün 東京 🎉", "grün 東京 🎉")]
    public void Controls_are_stripped(string raw, string clean)
        => Assert.Equal(clean, SafeText.FromUtf8(Encoding.UTF8.GetBytes(raw), 16384));

    [Fact]
    public void Invalid_bytes_are_replaced()
        => Assert.Equal("a\ufffdb\ufffd(", SafeText.FromUtf8([(byte)'a', 0xff, (byte)'b', 0xc3, (byte)'('], 100));

    [Fact]
    public void A_character_cut_at_the_end_is_left_out() => Assert.Equal("ab", SafeText.FromUtf8([(byte)'a', (byte)'b', 0xe6, 0x9d], 100));

    [Theory]
    [InlineData(16384)]
    [InlineData(100)]
    [InlineData(1)]
    [InlineData(0)]
    public void What_is_kept_never_exceeds_the_limit_although_replacements_grow(int limit)
    {
        foreach (var fill in new byte[] { 0xff, (byte)'a', 0xc3 })
        {
            var bytes = Enumerable.Repeat(fill, 16384).ToArray();

            Assert.InRange(Encoding.UTF8.GetByteCount(SafeText.FromUtf8(bytes, limit)), 0, limit);
        }
    }
}
