using System.Globalization;
using System.Text;

namespace Outbox.Sending;

/// <summary>Turns a host as typed into the ASCII name that is resolved, and says what is wrong with it.</summary>
internal static class HostName
{
    private const int MaxLength = 253;
    private const int MaxLabelLength = 63;

    // An instance of its own, so that the verdict does not hang on settings that somebody changes elsewhere.
    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    /// <summary>The host in ASCII, lower case, without a trailing dot; null when it has no such form.</summary>
    public static string? ToAscii(ReadOnlySpan<char> host)
    {
        var folded = Fold(host);
        if (folded is not { Length: > 0 })
        {
            return null;
        }

        if (Ascii.IsValid(folded))
        {
            return folded;
        }

        // A name that changes on the way there and back is a disguise (ligatures, letters with a compatibility form). ICU knows those;
        // under InvariantGlobalization they pass and become xn-- names that no registry hands out.
        try
        {
            var ascii = Idn.GetAscii(folded).ToLowerInvariant();
            return string.Equals(Idn.GetUnicode(ascii), folded, StringComparison.Ordinal) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Why an ASCII host cannot be registered; null when it can.</summary>
    public static string? Problem(string host, bool allowLocalhost)
    {
        if (allowLocalhost && host is "localhost")
        {
            return null;
        }

        if (host.Length > MaxLength)
        {
            return $"The host has {host.Length} characters. A DNS name has at most {MaxLength}.";
        }

        var labels = host.Split('.');
        foreach (var label in labels)
        {
            if (!IsLabel(label))
            {
                return "The host is not a DNS name: between dots go 1 to 63 letters, digits and inner hyphens. "
                    + "Write it like hooks.example.com.";
            }
        }

        if (labels.Length < 2)
        {
            return $"The host '{host}' has no dot. Use a full DNS name, like hooks.example.com.";
        }

        return LooksNumeric(labels[^1])
            ? $"The host '{host}' ends in a number, which resolvers may read as an address. Use a DNS name, like hooks.example.com."
            : null;
    }

    // Lower case, full-width ASCII to ASCII, ideographic dots to dots: done here because .NET does it only where ICU is present.
    // Other characters beyond ASCII must be letters or their marks: circled digits, symbols and invisible characters are disguises.
    private static string? Fold(ReadOnlySpan<char> host)
    {
        var folded = new StringBuilder(host.Length);
        foreach (var rune in host.EnumerateRunes())
        {
            var value = rune.Value switch
            {
                0x3002 or 0xFF61 => new Rune('.'),
                >= 0xFF01 and <= 0xFF5E => Rune.ToLowerInvariant(new Rune(rune.Value - 0xFEE0)),
                _ => Rune.ToLowerInvariant(rune),
            };
            if (!value.IsAscii && !IsLetterOrMark(value))
            {
                return null;
            }

            folded.Append(value.ToString());
        }

        if (folded.Length > 1 && folded[^1] == '.')
        {
            folded.Length--;
        }

        return folded.ToString();
    }

    // U+0300 to U+036F only build letters that have a composed form, which is the one to register.
    private static bool IsLetterOrMark(Rune rune)
        => rune.Value is not (>= 0x300 and <= 0x36F) && Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsLabel(string label)
    {
        if (label.Length is 0 or > MaxLabelLength || label[0] == '-' || label[^1] == '-')
        {
            return false;
        }

        foreach (var c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    private static bool LooksNumeric(string label)
        => label.StartsWith("0x", StringComparison.Ordinal) || !label.AsSpan().ContainsAnyExceptInRange('0', '9');
}
