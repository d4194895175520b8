using System.Buffers;
using System.Globalization;
using System.Text;

namespace Outbox.Json;

/// <summary>A short and harmless quotation of the input for an error: cut, and nothing in it that a log or a page would obey.</summary>
internal static class JsonExcerpt
{
    private const int MaxCharacters = 40;

    private static readonly SearchValues<byte> TokenEnds = SearchValues.Create(" \t\r\n,:[]{}\""u8);

    public static string Of(ReadOnlySpan<byte> text)
    {
        var excerpt = new StringBuilder();
        for (var characters = 0; characters < MaxCharacters && !text.IsEmpty; characters++)
        {
            if (Rune.DecodeFromUtf8(text, out var rune, out var consumed) == OperationStatus.Done)
            {
                AppendVisibly(excerpt, rune);
            }
            else
            {
                excerpt.Append(CultureInfo.InvariantCulture, $"\\x{text[0]:X2}");
            }

            text = text[consumed..];
        }

        return Ended(excerpt, text.IsEmpty);
    }

    public static string Of(ReadOnlySpan<char> text)
    {
        var excerpt = new StringBuilder();
        for (var characters = 0; characters < MaxCharacters && !text.IsEmpty; characters++)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var consumed) == OperationStatus.Done)
            {
                AppendVisibly(excerpt, rune);
            }
            else
            {
                excerpt.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[0]:x4}");
            }

            text = text[consumed..];
        }

        return Ended(excerpt, text.IsEmpty);
    }

    /// <summary>The text up to where a JSON token must end, or one character of punctuation.</summary>
    public static string OfToken(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny(TokenEnds);
        return end switch
        {
            < 0 => Of(text),
            0 => Of(text[..1]),
            _ => Of(text[..end]),
        };
    }

    /// <summary>The text as far as an escape could go, but not past the end of its string.</summary>
    public static string OfEscape(ReadOnlySpan<byte> text)
    {
        var longest = text[..Math.Min(text.Length, text is [_, (byte)'u', ..] ? 6 : 2)];
        var quote = longest.IndexOf((byte)'"');
        return Of(quote < 0 ? longest : longest[..quote]);
    }

    public static int FirstInvalidByte(ReadOnlySpan<byte> text)
    {
        var offset = 0;
        while (Rune.DecodeFromUtf8(text[offset..], out _, out var consumed) == OperationStatus.Done)
        {
            offset += consumed;
        }

        return offset;
    }

    private static string Ended(StringBuilder excerpt, bool whole) => (whole ? excerpt : excerpt.Append('…')).ToString();

    private static void AppendVisibly(StringBuilder excerpt, Rune rune)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
        {
            excerpt.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        }
        else
        {
            excerpt.Append(rune.ToString());
        }
    }
}
