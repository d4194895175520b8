using System.Globalization;
using System.Text;

namespace Outbox.Tests.Json;

/// <summary>One property of a generated object: its key as meant, and key and value as spelled.</summary>
internal sealed record NastyMember(string Key, string KeyLiteral, string Value);

/// <summary>Valid JSON that is as hard to print as JavaScript does as JSON can be; the same for the same seed.</summary>
internal sealed class NastyJson(ulong seed)
{
    private static readonly string[] SpecialKeys =
    [
        "0", "1", "2", "9", "10", "00", "01", "-0", "-1", "1.5", "1e3", " 1", "4294967293", "4294967294", "4294967295", "4294967296",
        "9007199254740993", "99999999999", "", "__proto__", "constructor", "toJSON", "length", "a", "b", "é", "😀",
    ];

    private static readonly string[] SpecialNumbers =
    [
        "0", "-0", "0.0", "-0.0", "-0e5", "0E-400", "1e-400", "-1e-400", "1.0", "2.50", "1E+21", "1e21", "1e20", "123456789012345680000.0",
        "999999999999999999999.9", "1e-6", "1e-7", "0.000001", "0.0000001", "0.0000012300", "5e-324", "2.4703282292062328e-324",
        "2.2250738585072014e-308", "2.225073858507201e-308", "1.7976931348623157e308", "9007199254740992", "-9007199254740992",
        "9007199254740991", "9007199254740993.0", "0.1", "0.30000000000000004", "123456789012.25", "100", "1e2", "1E02", "1e+0002", "1e23",
        "9.5e-7", "123e-20", "4.35", "0.1e1", "10e-1", "1e15", "1e16", "12345678901234567e-5", "0.00001", "1.5e-5", "179e306",
    ];

    private static readonly string[] SpecialCharacters =
    [
        "\"", "\\", "/", "\b", "\t", "\n", "\f", "\r", "\0", "\u001f", "\u007f", "\u0080", "\u00a0", "é", "\u2028", "\u2029", "\ufeff",
        "\ue000", "\uf8ff", "\ufffe", "\uffff", "\ufffd", "😀", "\U0010ffff", "\U0001f1e9\U0001f1ea", "e\u0301", "\ud7ff", "<", "&", "'",
    ];

    private ulong _state = seed;

    /// <summary>Whether doubles may come that print as integers beyond ±2^53; those are refused when they come in again.</summary>
    public bool PrintsLargeIntegers { get; init; } = true;

    public string Object(int depth = 3) => Spell(Members(Below(6), depth));

    public string Spell(IEnumerable<NastyMember> members)
    {
        var spelled = members.Select(member => $"{Space()}{member.KeyLiteral}{Space()}:{member.Value}");
        return $"{Space()}{{{Space()}{string.Join(',', spelled)}}}{Space()}";
    }

    /// <summary>Properties with different keys; some of the keys as in <paramref name="others"/>.</summary>
    public List<NastyMember> Members(int count, int depth, IReadOnlyList<NastyMember>? others = null)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var members = new List<NastyMember>();
        while (members.Count < count)
        {
            var key = others is { Count: > 0 } && OneIn(2) ? others[Below(others.Count)].Key : Key();
            if (keys.Add(key))
            {
                members.Add(new NastyMember(key, Literal(key), $"{Space()}{Value(depth - 1)}{Space()}"));
            }
        }

        return members;
    }

    public double FiniteDouble()
    {
        double value;
        do
        {
            value = BitConverter.UInt64BitsToDouble(Next());
        }
        while (!double.IsFinite(value));

        return value;
    }

    public int Below(int limit) => (int)(Next() % (ulong)limit);

    private string Value(int depth) => Below(depth > 0 ? 8 : 5) switch
    {
        0 or 1 => Literal(Text()),
        2 or 3 => Number(),
        4 => OneIn(3) ? "null" : OneIn(2) ? "true" : "false",
        5 => $"[{string.Join(',', Enumerable.Range(0, Below(5)).Select(_ => $"{Space()}{Value(depth - 1)}{Space()}"))}{Space()}]",
        _ => Object(depth),
    };

    private string Key() => Below(4) switch
    {
        0 => Text(),
        1 => Below(200).ToString(CultureInfo.InvariantCulture),
        2 => ((uint)Next()).ToString(CultureInfo.InvariantCulture),
        _ => SpecialKeys[Below(SpecialKeys.Length)],
    };

    private string Text() => string.Concat(Enumerable.Range(0, OneIn(20) ? Below(100) : Below(8)).Select(_ => Character()));

    private string Character() => Below(6) switch
    {
        0 or 1 => ((char)(' ' + Below(95))).ToString(),
        2 => ((char)Below(0x20)).ToString(),
        3 => new Rune(Scalar(Below(0x110000))).ToString(),
        _ => SpecialCharacters[Below(SpecialCharacters.Length)],
    };

    private static int Scalar(int candidate) => Rune.IsValid(candidate) ? candidate : 0xfffd;

    /// <summary>A string in one of its many spellings.</summary>
    private string Literal(string text)
    {
        var literal = new StringBuilder("\"");
        var escapesPairs = OneIn(2); // whole pairs: UTF-8 holds no half of one
        foreach (var unit in text)
        {
            var shortForm = "\b\t\n\f\r\"\\/".IndexOf(unit, StringComparison.Ordinal);
            var mustEscape = unit < ' ' || unit is '"' or '\\';
            if (shortForm >= 0 && OneIn(2))
            {
                literal.Append('\\').Append("btnfr\"\\/"[shortForm]);
            }
            else if (mustEscape || (OneIn(4) && !char.IsSurrogate(unit)) || (char.IsSurrogate(unit) && escapesPairs))
            {
                literal.Append("\\u").Append(((int)unit).ToString(OneIn(2) ? "x4" : "X4", CultureInfo.InvariantCulture));
            }
            else
            {
                literal.Append(unit);
            }
        }

        return literal.Append('"').ToString();
    }

    private string Number()
    {
        var literal = Below(7) switch
        {
            0 => (Below(2_000_000) - 1_000_000).ToString(CultureInfo.InvariantCulture),
            1 => ((long)(Next() % ((1UL << 54) + 1)) - (1L << 53)).ToString(CultureInfo.InvariantCulture),
            2 => FiniteDouble().ToString(OneIn(2) ? "R" : "E25", CultureInfo.InvariantCulture),
            3 => $"{Below(100000)}.{Digits(1 + Below(20))}",
            4 => $"-{Below(10)}.{Digits(1 + Below(40))}{(OneIn(2) ? 'e' : 'E')}{Sign()}{Below(290)}",
            5 => $"{Below(1000)}{(OneIn(2) ? 'e' : 'E')}{Sign()}{Below(28)}",
            _ => SpecialNumbers[Below(SpecialNumbers.Length)],
        };
        literal = literal.Contains('.', StringComparison.Ordinal) || literal.Contains('E', StringComparison.OrdinalIgnoreCase)
            ? literal
            : AsExactInteger(literal);
        var magnitude = Math.Abs(double.Parse(literal, CultureInfo.InvariantCulture));
        return PrintsLargeIntegers || magnitude is <= 9007199254740992 or >= 1e21 ? literal : "1.5";
    }

    // "R" prints large doubles below 1e15 without an exponent, and so perhaps a plain integer.
    private static string AsExactInteger(string literal) =>
        decimal.TryParse(literal, CultureInfo.InvariantCulture, out var value) && Math.Abs(value) <= 1L << 53 ? literal : literal + ".0";

    private string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('0' + Below(10))));

    private string Sign() => Below(3) switch { 0 => "", 1 => "+", _ => "-" };

    private string Space() => OneIn(4) ? new string(" \t\r\n"[Below(4)], Below(3)) : "";

    private bool OneIn(int count) => Below(count) == 0;

    // SplitMix64.
    private ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
