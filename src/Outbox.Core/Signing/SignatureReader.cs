using System.Buffers;

namespace Outbox.Signing;

/// <summary>Takes a signature header apart, with bounded work whatever it holds.</summary>
internal static class SignatureReader
{
    public const int MaximumHeaderLength = 4096;
    public const int MaximumSignatures = 16;

    /// <summary>Reads a header's value. Signatures of another version than the scheme's are passed over.</summary>
    /// <param name="scheme">The scheme that the header should follow.</param>
    /// <param name="value">The header's value.</param>
    /// <param name="signatures">Receives the signatures, as many as were read; room for <see cref="MaximumSignatures"/> before.</param>
    /// <param name="ofKeyPairs">The same for those of key pairs, where the scheme has them.</param>
    /// <param name="timestamp">The timestamp, where the scheme has it in this header.</param>
    /// <returns>Null, or what is wrong with the value.</returns>
    public static string? Read(
        SignatureScheme scheme, string value, ref Span<byte> signatures, ref Span<byte> ofKeyPairs, out string? timestamp)
    {
        var count = 0;
        var pairs = 0;
        timestamp = null;

        if (value.Length > MaximumHeaderLength)
        {
            return $"it has {value.Length} characters and at most {MaximumHeaderLength} are read";
        }

        var rest = value.AsSpan().Trim();

        if (!TrySkipPrefix(scheme.Prefix, ref rest, out timestamp))
        {
            return $"it does not start with '{scheme.Prefix}'";
        }

        var parts = 0;

        for (var more = true; more;)
        {
            if (++parts > MaximumSignatures)
            {
                return $"it has more than {MaximumSignatures} signatures";
            }

            more = TakePart(scheme.Separator, ref rest, out var part);
            part = part.Trim();
            count += TryReadSignature(scheme, part, signatures[(count * SignatureWriter.SignatureSize)..]) ? 1 : 0;
            pairs += scheme.Ed25519 is not null && KeyPair.TryReadSignature(part, ofKeyPairs[(pairs * KeyPair.SignatureSize)..]) ? 1 : 0;
        }

        signatures = signatures[..(count * SignatureWriter.SignatureSize)];
        ofKeyPairs = ofKeyPairs[..(pairs * KeyPair.SignatureSize)];

        return count + pairs > 0 ? null : $"it has no signature of the form '{Form(scheme)}'";
    }

    private static bool TrySkipPrefix(string? prefix, ref ReadOnlySpan<char> rest, out string? timestamp)
    {
        timestamp = null;
        prefix ??= "";
        var place = prefix.IndexOf(SignatureScheme.TimestampPlaceholder, StringComparison.Ordinal);
        var before = place < 0 ? prefix : prefix.AsSpan(0, place);

        if (!rest.StartsWith(before, StringComparison.Ordinal))
        {
            return false;
        }

        rest = rest[before.Length..];

        if (place < 0)
        {
            return true;
        }

        var after = prefix.AsSpan(place + SignatureScheme.TimestampPlaceholder.Length);
        var end = rest.IndexOf(after, StringComparison.Ordinal);

        if (end < 0)
        {
            return false;
        }

        timestamp = rest[..end].ToString();
        rest = rest[(end + after.Length)..];

        return true;
    }

    private static bool TakePart(string? separator, ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> part)
    {
        var end = separator is null ? -1 : rest.IndexOf(separator, StringComparison.Ordinal);

        if (end < 0)
        {
            part = rest;
            return false;
        }

        part = rest[..end];
        rest = rest[(end + separator!.Length)..];

        return true;
    }

    private static bool TryReadSignature(SignatureScheme scheme, ReadOnlySpan<char> part, Span<byte> signature)
    {
        if (!part.StartsWith(scheme.SignaturePrefix, StringComparison.Ordinal))
        {
            return false;
        }

        var encoded = part[scheme.SignaturePrefix.Length..];
        signature = signature[..SignatureWriter.SignatureSize];

        if (scheme.Encoding == SignatureEncoding.Base64)
        {
            return encoded.Length == 44 && Convert.TryFromBase64Chars(encoded, signature, out var size) && size == signature.Length;
        }

        return encoded.Length == 64 && Convert.FromHexString(encoded, signature, out _, out _) == OperationStatus.Done;
    }

    private static string Form(SignatureScheme scheme) =>
        scheme.SignaturePrefix + (scheme.Encoding == SignatureEncoding.Hex ? "<64 hexadecimal digits>" : "<44 characters of base64>")
        + (scheme.Ed25519 is null ? "" : $"' or '{KeyPair.SignaturePrefix}<88 characters of base64>");
}
