using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Outbox.Json;

/// <summary>
/// Where one property of an object stands in an array of canonical bytes. Canonical keys are equal exactly when their bytes are, so
/// <c>"a"</c> and <c>"\u0061"</c> are one key here.
/// </summary>
/// <param name="Start">The key's opening quote.</param>
/// <param name="KeyEnd">Just after the key's closing quote, at the colon.</param>
/// <param name="End">Just after the value.</param>
/// <param name="Order">The key as an array index, or <see cref="InsertionOrder"/>.</param>
/// <param name="Source">Where the value stands in what the caller passed; for errors.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CanonicalMember(int Start, int KeyEnd, int End, uint Order, int Source)
{
    /// <summary>The order of all keys that are no array index. 2^32−1 is the first integer that is none, so it sorts after them.</summary>
    public const uint InsertionOrder = uint.MaxValue;

    public ReadOnlySpan<byte> Key(ReadOnlySpan<byte> bytes) => bytes[Start..KeyEnd];

    /// <summary>Own properties come with array indices first, ascending, then by insertion (ECMA-262, 10.1.11.1).</summary>
    public static int ByOrder(CanonicalMember left, CanonicalMember right)
    {
        var byIndex = left.Order.CompareTo(right.Order);
        return byIndex != 0 ? byIndex : left.Start.CompareTo(right.Start);
    }

    /// <summary>A key's array index: a decimal from 0 to 4294967294 without leading zeros.</summary>
    /// <param name="key">The canonical key with its quotes.</param>
    public static uint OrderOf(ReadOnlySpan<byte> key)
    {
        var digits = key[1..^1];
        if (digits.Length is 0 or > 10 || !char.IsAsciiDigit((char)digits[0]) || (digits[0] == (byte)'0' && digits.Length > 1))
        {
            return InsertionOrder;
        }

        return Utf8Parser.TryParse(digits, out uint index, out var consumed) && consumed == digits.Length ? index : InsertionOrder;
    }

    /// <summary>Brings equal keys together, the earlier one first.</summary>
    public sealed class ByKey(byte[] bytes) : IComparer<CanonicalMember>
    {
        public int Compare(CanonicalMember left, CanonicalMember right)
        {
            var byKey = left.Key(bytes).SequenceCompareTo(right.Key(bytes));
            return byKey != 0 ? byKey : left.Start.CompareTo(right.Start);
        }
    }
}
