using System.Buffers;
using System.Text;

namespace Outbox.Json;

/// <content>Strings and numbers.</content>
internal ref partial struct Canonicalizer
{
    private void WriteString()
    {
        var start = _position++;
        while (true)
        {
            var plain = _json[_position..].IndexOfAny(CanonicalString.NotPlain);
            if (plain < 0)
            {
                throw Refuse(start, $"the string {JsonExcerpt.Of(_json[start..])} never ends. Close it with a double quote.");
            }

            _position += plain;
            switch (_json[_position])
            {
                case (byte)'"':
                    _position++;
                    _output.Append(_json[start.._position]);
                    return;
                case (byte)'\\':
                    _output.Append(_json[start.._position]);
                    WriteEscaped();
                    start = _position;
                    break;
                case var control:
                    throw Refuse(_position, $"a string holds the raw control character U+{control:X4}. Escape it: \\u{control:x4}.");
            }
        }
    }

    private void WriteEscaped()
    {
        var escape = _json[_position..];
        var rune = (escape.Length > 1 ? escape[1] : default) switch
        {
            (byte)'u' => ReadUnicodeEscape(),
            (byte)'n' => new Rune('\n'),
            (byte)'"' => new Rune('"'),
            (byte)'\\' => new Rune('\\'),
            (byte)'/' => new Rune('/'),
            (byte)'r' => new Rune('\r'),
            (byte)'t' => new Rune('\t'),
            (byte)'b' => new Rune('\b'),
            (byte)'f' => new Rune('\f'),
            _ => throw UnknownEscape(),
        };
        _position += 2;
        _output.Advance(CanonicalString.WriteRune(rune, _output.Reserve(CanonicalString.MaxUnitLength)));
    }

    /// <summary>Leaves the position so that two more bytes complete the escape, as for the short ones.</summary>
    private Rune ReadUnicodeEscape()
    {
        var start = _position;
        var unit = ReadUnit();
        _position += 4;
        if (!char.IsSurrogate(unit))
        {
            return new Rune(unit);
        }

        if (char.IsHighSurrogate(unit) && _json[(_position + 2)..].StartsWith("\\u"u8))
        {
            _position += 2;
            var low = ReadUnit();
            if (char.IsLowSurrogate(low))
            {
                _position += 4;
                return new Rune(unit, low);
            }
        }

        throw Refuse(
            start,
            $"{JsonExcerpt.Of(_json.Slice(start, 6))} is half a surrogate pair and no character. Send the whole pair, or U+FFFD instead.");
    }

    // By hand, because .NET's hexadecimal parsers let a NUL at the end pass.
    private readonly char ReadUnit()
    {
        var digits = _json[(_position + 2)..];
        var unit = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = (char)At(digits, i);
            if (!char.IsAsciiHexDigit(digit))
            {
                throw UnknownEscape();
            }

            unit = (unit << 4) | (char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return (char)unit;
    }

    private void WriteNumber()
    {
        var rest = _json[_position..];
        var sign = rest[0] == (byte)'-' ? 1 : 0;
        var integerEnd = SkipDigits(rest, sign);
        var fractionEnd = At(rest, integerEnd) == (byte)'.' ? SkipDigits(rest, integerEnd + 1) : integerEnd;
        var end = SkipExponent(rest, fractionEnd);

        var leadingZero = At(rest, sign) == (byte)'0' && integerEnd > sign + 1;
        if (integerEnd == sign || leadingZero || fractionEnd == integerEnd + 1 || end < 0)
        {
            throw Refuse(
                _position, $"{JsonExcerpt.OfToken(rest)} is not a number as JSON writes it. Write it as in -12, 0.5 or 1.5e+3.");
        }

        if (end == integerEnd)
        {
            WriteInteger(rest[..end], rest[sign..end]);
        }
        else
        {
            WriteReal(rest[..end], rest[sign..end], hasExponent: end > fractionEnd);
        }

        _position += end;
    }

    private void WriteInteger(ReadOnlySpan<byte> literal, ReadOnlySpan<byte> digits)
    {
        if (CanonicalNumber.IsExact(digits))
        {
            _output.Append(digits is [(byte)'0'] ? digits : literal); // -0 prints as 0
        }
        else if (_options.LargeIntegersAsStrings)
        {
            _output.Append((byte)'"');
            _output.Append(literal);
            _output.Append((byte)'"');
        }
        else
        {
            var excerpt = JsonExcerpt.Of(literal);
            throw Refuse(
                _position, $"the integer {excerpt} is beyond ±2^53, where JavaScript rounds. Send it as a string: \"{excerpt}\".");
        }
    }

    private void WriteReal(ReadOnlySpan<byte> literal, ReadOnlySpan<byte> unsigned, bool hasExponent)
    {
        if (!hasExponent && CanonicalNumber.IsPrintedFraction(unsigned))
        {
            _output.Append(literal);
        }
        else if (CanonicalNumber.TryParse(literal, out var value))
        {
            _output.Advance(CanonicalNumber.Format(value, _output.Reserve(CanonicalNumber.MaxLength)));
        }
        else
        {
            var excerpt = JsonExcerpt.Of(literal);
            throw Refuse(
                _position, $"JavaScript reads the number {excerpt} as Infinity. Send one within ±1.7976931348623157e308, or a string.");
        }
    }

    private static byte At(ReadOnlySpan<byte> bytes, int index) => index < bytes.Length ? bytes[index] : default;

    private static int SkipDigits(ReadOnlySpan<byte> bytes, int index)
    {
        while (index < bytes.Length && char.IsAsciiDigit((char)bytes[index]))
        {
            index++;
        }

        return index;
    }

    /// <summary>The end of the number; -1 when its exponent has no digits.</summary>
    private static int SkipExponent(ReadOnlySpan<byte> bytes, int index)
    {
        if (At(bytes, index) is not ((byte)'e' or (byte)'E'))
        {
            return index;
        }

        var digits = index + (At(bytes, index + 1) is (byte)'+' or (byte)'-' ? 2 : 1);
        var end = SkipDigits(bytes, digits);
        return end > digits ? end : -1;
    }
}
