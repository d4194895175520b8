using System.Buffers;
using System.Text;

namespace Outbox.Json;

/// <summary>What <c>JSON.stringify</c> escapes, and how: the quote, the backslash and C0. Everything else is raw.</summary>
internal static class CanonicalString
{
    /// <summary>The longest form of one UTF-16 unit, <c>\u001f</c>.</summary>
    public const int MaxUnitLength = 6;

    /// <summary>The bytes that end a run which can be copied as it is.</summary>
    public static readonly SearchValues<byte> NotPlain = SearchValues.Create([.. ControlCharacters(), (byte)'"', (byte)'\\']);

    private static readonly SearchValues<char> NotPlainChars =
        SearchValues.Create([.. ControlCharacters().Select(control => (char)control), '"', '\\']);

    /// <summary>Writes one character of a string's content and says how many bytes it took.</summary>
    public static int WriteRune(Rune rune, Span<byte> destination)
    {
        if (rune.Value >= ' ' && rune.Value is not ('"' or '\\'))
        {
            return rune.EncodeToUtf8(destination);
        }

        destination[0] = (byte)'\\';
        var shortForm = rune.Value switch
        {
            '"' => (byte)'"',
            '\\' => (byte)'\\',
            '\b' => (byte)'b',
            '\t' => (byte)'t',
            '\n' => (byte)'n',
            '\f' => (byte)'f',
            '\r' => (byte)'r',
            _ => default,
        };
        if (shortForm != default)
        {
            destination[1] = shortForm;
            return 2;
        }

        "u00"u8.CopyTo(destination[1..]);
        destination[4] = (byte)('0' + (rune.Value >> 4));
        destination[5] = "0123456789abcdef"u8[rune.Value & 0xf];
        return MaxUnitLength;
    }

    /// <summary>Writes a string with its quotes; refuses half a surrogate pair, which no UTF-8 can hold.</summary>
    public static void Write(IBufferWriter<byte> output, string value, string field)
    {
        output.Write("\""u8);
        for (var rest = value.AsSpan(); !rest.IsEmpty;)
        {
            var plain = rest.IndexOfAny(NotPlainChars);
            plain = plain < 0 ? rest.Length : plain;
            WritePlain(output, rest[..plain], value, field);
            rest = rest[plain..];
            if (!rest.IsEmpty)
            {
                output.Advance(WriteRune(new Rune(rest[0]), output.GetSpan(MaxUnitLength)));
                rest = rest[1..];
            }
        }

        output.Write("\""u8);
    }

    private static void WritePlain(IBufferWriter<byte> output, ReadOnlySpan<char> plain, string value, string field)
    {
        // Short runs ask for the worst case; long ones are counted, so that a buffer does not grow to thrice the need.
        var room = plain.Length <= 256 ? plain.Length * 3 : Encoding.UTF8.GetByteCount(plain);
        var status = System.Text.Unicode.Utf8.FromUtf16(
            plain, output.GetSpan(room), out _, out var written, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
        {
            throw CanonicalRefusal.IllFormed(field, value);
        }

        output.Advance(written);
    }

    private static IEnumerable<byte> ControlCharacters() => Enumerable.Range(0, 0x20).Select(control => (byte)control);
}
