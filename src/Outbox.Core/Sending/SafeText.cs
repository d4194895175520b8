using System.Buffers;
using System.Globalization;
using System.Text;

namespace Outbox.Sending;

/// <summary>Makes text from strangers fit to store, log and show: valid, on one line, without controls, of bounded size.</summary>
internal static class SafeText
{
    /// <summary>Decodes UTF-8, replacing what is invalid; a character cut off at the end is left out.</summary>
    public static string FromUtf8(ReadOnlySpan<byte> bytes, int maxBytes)
    {
        if (bytes.Length <= maxBytes && !bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return Encoding.ASCII.GetString(bytes);
        }

        var chars = ArrayPool<char>.Shared.Rent(bytes.Length + 1);
        try
        {
            var length = Encoding.UTF8.GetDecoder().GetChars(bytes, chars, flush: false);
            return Clean(chars.AsSpan(0, length), maxBytes);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }

    /// <summary>
    /// Line breaks and tabs become spaces; other controls and invisible format characters (which can reorder what an operator reads) go.
    /// Stops before <paramref name="maxBytes"/> bytes of UTF-8 are exceeded: a replaced byte grows to three.
    /// </summary>
    public static string Clean(ReadOnlySpan<char> text, int maxBytes)
    {
        var clean = new StringBuilder(Math.Min(text.Length, maxBytes));
        foreach (var rune in text.EnumerateRunes())
        {
            var kept = rune.Value is '\t' or '\n' or '\r' or 0x2028 or 0x2029 ? new Rune(' ') : rune;
            if (Rune.GetUnicodeCategory(kept) is UnicodeCategory.Control or UnicodeCategory.Format)
            {
                continue;
            }

            maxBytes -= kept.Utf8SequenceLength;
            if (maxBytes < 0)
            {
                break;
            }

            clean.Append(kept.ToString());
        }

        return clean.ToString();
    }
}
