using System.Globalization;

namespace Outbox.Json;

/// <summary>Numbers as ECMAScript's Number::toString prints them (ECMA-262, 6.1.6.1.20).</summary>
internal static class CanonicalNumber
{
    /// <summary>No double prints longer: <c>-1.2345678901234567e-308</c>, or twenty-one digits and a sign.</summary>
    public const int MaxLength = 32;

    private static ReadOnlySpan<byte> LargestExact => "9007199254740992"u8;

    /// <summary>Whether an integer, given as its digits without a sign, lies within ±2^53, where a double holds every integer.</summary>
    public static bool IsExact(ReadOnlySpan<byte> digits) =>
        digits.Length < LargestExact.Length
        || (digits.Length == LargestExact.Length && digits.SequenceCompareTo(LargestExact) <= 0);

    /// <summary>
    /// Whether a decimal fraction (JSON grammar, no exponent) is already as ECMAScript prints it, by its looks alone. Fifteen digits
    /// survive the way through a double unchanged, so only the layout remains: no zero at the end, and not below 1e-6, where ECMAScript
    /// changes to an exponent.
    /// </summary>
    public static bool IsPrintedFraction(ReadOnlySpan<byte> unsigned) =>
        unsigned.Length <= 16 && unsigned[^1] != (byte)'0' && !unsigned.StartsWith("0.000000"u8);

    /// <summary>Reads a literal that is a JSON number; false when JavaScript would read it as Infinity.</summary>
    public static bool TryParse(ReadOnlySpan<byte> literal, out double value) =>
        double.TryParse(literal, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>Prints a finite double into at least <see cref="MaxLength"/> bytes and says how many it took.</summary>
    public static int Format(double value, Span<byte> destination)
    {
        if (value == 0)
        {
            destination[0] = (byte)'0'; // and so -0
            return 1;
        }

        var length = FormatShortest(value, destination);
        var exponentMark = destination[..length].IndexOf((byte)'E');

        // .NET finds the same shortest digits. Without an exponent it also lays them out the same way.
        return exponentMark < 0 ? length : LayOut(destination, destination[..length], exponentMark);
    }

    /// <summary>
    /// The fewest digits that read as the same double, closest to it; with or without an exponent. .NET 10 gives 2^-25 and 2^-958 one
    /// digit too few, so that they read as their neighbours. Powers of two have a nearer neighbour below than above, and only they.
    /// </summary>
    private static int FormatShortest(double value, Span<byte> destination)
    {
        value.TryFormat(destination, out var length, "R", CultureInfo.InvariantCulture);
        var isPowerOfTwo = (BitConverter.DoubleToInt64Bits(value) & ((1L << 52) - 1)) == 0;
        if (isPowerOfTwo && !(TryParse(destination[..length], out var read) && read.Equals(value)))
        {
            value.TryFormat(destination, out length, "E16", CultureInfo.InvariantCulture);
        }

        return length;
    }

    /// <summary>From <c>-d.dddE+xx</c> to ECMAScript's layout, in place.</summary>
    private static int LayOut(Span<byte> destination, ReadOnlySpan<byte> scientific, int exponentMark)
    {
        var exponent = int.Parse(scientific[(exponentMark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = scientific[0] == (byte)'-' ? 1 : 0;
        Span<byte> scratch = stackalloc byte[MaxLength];
        var digitCount = 0;
        foreach (var digit in scientific[sign..exponentMark])
        {
            if (digit != (byte)'.')
            {
                scratch[digitCount++] = digit;
            }
        }

        ReadOnlySpan<byte> digits = scratch[..digitCount].TrimEnd((byte)'0');
        var pointAt = exponent + 1;
        return sign + pointAt switch
        {
            >= -5 and <= 0 => Small(destination[sign..], digits, pointAt),
            > 0 and <= 21 => Plain(destination[sign..], digits, pointAt),
            _ => Exponential(destination[sign..], digits, exponent),
        };
    }

    private static int Small(Span<byte> destination, ReadOnlySpan<byte> digits, int pointAt)
    {
        "0."u8.CopyTo(destination);
        destination.Slice(2, -pointAt).Fill((byte)'0');
        digits.CopyTo(destination[(2 - pointAt)..]);
        return 2 - pointAt + digits.Length;
    }

    private static int Plain(Span<byte> destination, ReadOnlySpan<byte> digits, int pointAt)
    {
        if (digits.Length <= pointAt)
        {
            digits.CopyTo(destination);
            destination[digits.Length..pointAt].Fill((byte)'0');
            return pointAt;
        }

        digits[..pointAt].CopyTo(destination);
        destination[pointAt] = (byte)'.';
        digits[pointAt..].CopyTo(destination[(pointAt + 1)..]);
        return digits.Length + 1;
    }

    private static int Exponential(Span<byte> destination, ReadOnlySpan<byte> digits, int exponent)
    {
        destination[0] = digits[0];
        var length = 1;
        if (digits.Length > 1)
        {
            destination[length++] = (byte)'.';
            digits[1..].CopyTo(destination[length..]);
            length += digits.Length - 1;
        }

        destination[length++] = (byte)'e';
        destination[length++] = exponent < 0 ? (byte)'-' : (byte)'+';
        Math.Abs(exponent).TryFormat(destination[length..], out var written, default, CultureInfo.InvariantCulture);
        return length + written;
    }
}
