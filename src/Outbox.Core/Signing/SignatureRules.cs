using System.Buffers;

namespace Outbox.Signing;

/// <summary>What a scheme must be so that receivers can verify it, checked when the host starts.</summary>
internal static class SignatureRules
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> SignatureCharacters =
        SearchValues.Create("+/=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether <paramref name="name"/> is a token (RFC 9110, section 5.6.2), as header names are.</summary>
    public static bool IsToken(string? name) => !string.IsNullOrEmpty(name) && !name.AsSpan().ContainsAnyExcept(TokenCharacters);

    /// <summary>What is wrong with a scheme, each with values and cure; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(SignatureScheme scheme) =>
        [.. EnumProblems(scheme), .. PlaceProblems(scheme), .. TextProblems(scheme), .. KeyPairProblems(scheme)];

    private static IEnumerable<string> EnumProblems(SignatureScheme scheme)
    {
        if (!Enum.IsDefined(scheme.Content))
        {
            yield return $"Signature.Content is {(int)scheme.Content}, which is no {nameof(SignedContent)}.";
        }

        if (!Enum.IsDefined(scheme.Key))
        {
            yield return $"Signature.Key is {(int)scheme.Key}, which is no {nameof(SecretEncoding)}.";
        }

        if (!Enum.IsDefined(scheme.Encoding))
        {
            yield return $"Signature.Encoding is {(int)scheme.Encoding}, which is no {nameof(SignatureEncoding)}.";
        }
    }

    private static IEnumerable<string> PlaceProblems(SignatureScheme scheme)
    {
        var inPrefix = scheme.Prefix?.Contains(SignatureScheme.TimestampPlaceholder, StringComparison.Ordinal) is true;
        var places = (inPrefix ? 1 : 0) + (scheme.TimestampHeader is null ? 0 : 1);

        if (scheme.SignsTimestamp && places != 1)
        {
            yield return $"Signature.Content is {scheme.Content}, so the timestamp must be sent in exactly one place, "
                + $"and it is sent in {places}: set either TimestampHeader or a Prefix with '{SignatureScheme.TimestampPlaceholder}'.";
        }

        if (!scheme.SignsTimestamp && places > 0)
        {
            yield return $"Signature.Content is {scheme.Content}, but a timestamp is sent that nothing signs and anyone could change: "
                + $"set Content to {SignedContent.TimestampAndBody}, or leave the timestamp out.";
        }

        if (scheme.IdHeader is null == (scheme.Content == SignedContent.IdTimestampAndBody))
        {
            yield return $"Signature.IdHeader is {scheme.IdHeader ?? "null"} and Signature.Content is {scheme.Content}: IdHeader belongs "
                + $"to {SignedContent.IdTimestampAndBody} and to nothing else. "
                + "For an id that is not signed, set DeliveryIdHeader of the profile.";
        }
    }

    private static IEnumerable<string> TextProblems(SignatureScheme scheme)
    {
        if (scheme.SignaturePrefix is null)
        {
            yield return "Signature.SignaturePrefix is null; leave it empty for none.";
        }

        foreach (var (name, text) in new[]
        {
            (nameof(scheme.Prefix), scheme.Prefix),
            (nameof(scheme.SignaturePrefix), scheme.SignaturePrefix),
            (nameof(scheme.Separator), scheme.Separator),
        })
        {
            if (text?.AsSpan().ContainsAnyExceptInRange(' ', '~') is true)
            {
                yield return $"Signature.{name} has a character that a header cannot carry; use visible ASCII and spaces.";
            }
        }

        if (scheme.Separator is { } separator && (separator.Length == 0 || separator.AsSpan().ContainsAny(SignatureCharacters)))
        {
            yield return $"Signature.Separator is '{separator}', which could be part of a signature; use ',', ';' or a space, "
                + "or null for a header that carries one signature only.";
        }

        if (scheme.Separator is { Length: > 0 } within && scheme.SignaturePrefix?.Contains(within, StringComparison.Ordinal) is true)
        {
            yield return $"Signature.SignaturePrefix is '{scheme.SignaturePrefix}' and has the Separator '{within}' in it; "
                + "choose another separator.";
        }

        if (scheme.Prefix is { } prefix && !EndsTimestamp(prefix))
        {
            yield return $"Signature.Prefix is '{prefix}': '{SignatureScheme.TimestampPlaceholder}' may stand in it once, and something "
                + "other than a digit must follow, for example 't={timestamp},'.";
        }
    }

    private static IEnumerable<string> KeyPairProblems(SignatureScheme scheme)
    {
        if (scheme.Ed25519 is not null
            && (scheme.Key != SecretEncoding.WhsecBase64 || scheme.Separator is null
                || scheme.SignaturePrefix?.StartsWith(KeyPair.SignaturePrefix, StringComparison.Ordinal) is true))
        {
            yield return $"Signature.Ed25519 is set, which tells secrets apart by '{SigningSecret.WhsecPrefix}' and '{KeyPair.PrivatePrefix}' and signatures by "
                + $"'{KeyPair.SignaturePrefix}': set Key to {SecretEncoding.WhsecBase64}, Separator to a space and SignaturePrefix to 'v1,'.";
        }
    }

    private static bool EndsTimestamp(string prefix)
    {
        var parts = prefix.Split(SignatureScheme.TimestampPlaceholder);

        return parts.Length == 1 || (parts.Length == 2 && parts[1].Length > 0 && !char.IsAsciiDigit(parts[1][0]));
    }
}
