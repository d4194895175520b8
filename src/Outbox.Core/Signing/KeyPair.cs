using System.Security.Cryptography;

namespace Outbox.Signing;

/// <summary>
/// Key pairs of Standard Webhooks (<c>v1a</c>): how keys and signatures are spelled. The private key is <c>whsk_</c> and base64 of 64 bytes, which
/// are the key and its public key; the public key alone is <c>whpk_</c> and base64 of 32. No message here ever shows a private one.
/// </summary>
internal static class KeyPair
{
    public const string PrivatePrefix = "whsk_";
    public const string PublicPrefix = "whpk_";
    public const string SignaturePrefix = "v1a,";
    public const int PrivateKeySize = 32;
    public const int PublicKeySize = 32;
    public const int SignatureSize = 64;

    private const int EncodedSignatureLength = 88;

    /// <summary>Whether a secret is, or is meant to be, a private key.</summary>
    public static bool IsPrivateKey(string secret) => secret.StartsWith(PrivatePrefix, StringComparison.Ordinal);

    /// <summary>Whether a text is, or is meant to be, a public key.</summary>
    public static bool IsPublicKey(string? text) => text?.StartsWith(PublicPrefix, StringComparison.Ordinal) is true;

    /// <summary>Makes a private key.</summary>
    /// <param name="ed25519">Computes its other half.</param>
    /// <param name="randomBytes">32 bytes of a cryptographic random source.</param>
    public static string Generate(IEd25519 ed25519, ReadOnlySpan<byte> randomBytes)
    {
        Span<byte> both = stackalloc byte[PrivateKeySize + PublicKeySize];
        randomBytes.CopyTo(both);
        ed25519.ComputePublicKey(randomBytes, both[PrivateKeySize..]);
        var text = PrivatePrefix + Convert.ToBase64String(both);
        CryptographicOperations.ZeroMemory(both);
        return text;
    }

    /// <summary>What receivers verify with; null where the secret is a shared one. A private key has passed <see cref="Problem"/>.</summary>
    public static string? PublicKeyOf(string secret, SignatureScheme scheme)
    {
        // Elsewhere a customer's text may begin so, and none of it may be shown.
        if (scheme.Ed25519 is null || !IsPrivateKey(secret))
        {
            return null;
        }

        Span<byte> both = stackalloc byte[PrivateKeySize + PublicKeySize];
        ReadPrivateKey(secret, both);
        var text = PublicPrefix + Convert.ToBase64String(both[PrivateKeySize..]);
        CryptographicOperations.ZeroMemory(both);
        return text;
    }

    /// <summary>What keeps a private key from signing, or null.</summary>
    public static string? Problem(IEd25519 ed25519, string privateKey)
    {
        Span<byte> both = stackalloc byte[PrivateKeySize + PublicKeySize];
        Span<byte> publicKey = stackalloc byte[PublicKeySize];
        if (!TryRead(privateKey, PrivatePrefix, both))
        {
            return $"The private key is not '{PrivatePrefix}' followed by base64 of {both.Length} bytes: the key and its public key.";
        }

        ed25519.ComputePublicKey(both[..PrivateKeySize], publicKey);
        var fits = publicKey.SequenceEqual(both[PrivateKeySize..]);
        CryptographicOperations.ZeroMemory(both);
        return fits ? null : "The second half of the private key is not the public key of the first.";
    }

    /// <summary>Reads a public key of 32 bytes; false where it is none.</summary>
    public static bool TryReadPublicKey(string text, Span<byte> publicKey) => TryRead(text, PublicPrefix, publicKey);

    /// <summary>Signs, and writes the signature with its version: <c>v1a,…</c>.</summary>
    public static string Sign(IEd25519 ed25519, string privateKey, ReadOnlySpan<byte> content)
    {
        Span<byte> both = stackalloc byte[PrivateKeySize + PublicKeySize];
        Span<byte> signature = stackalloc byte[SignatureSize];
        ReadPrivateKey(privateKey, both);
        ed25519.Sign(both[..PrivateKeySize], content, signature);
        CryptographicOperations.ZeroMemory(both);
        return SignaturePrefix + Convert.ToBase64String(signature);
    }

    /// <summary>Reads one signature of a header; false where it is of another version, or none.</summary>
    public static bool TryReadSignature(ReadOnlySpan<char> part, Span<byte> signature) =>
        part.StartsWith(SignaturePrefix, StringComparison.Ordinal)
        && part.Length == SignaturePrefix.Length + EncodedSignatureLength
        && Convert.TryFromBase64Chars(part[SignaturePrefix.Length..], signature[..SignatureSize], out var size)
        && size == SignatureSize;

    private static void ReadPrivateKey(string privateKey, Span<byte> both)
    {
        if (!TryRead(privateKey, PrivatePrefix, both))
        {
            throw new WebhookValidationException("secret", "The private key cannot be decoded.");
        }
    }

    private static bool TryRead(string text, string prefix, Span<byte> bytes) =>
        text.StartsWith(prefix, StringComparison.Ordinal)
        && Convert.TryFromBase64Chars(text.AsSpan(prefix.Length), bytes, out var size)
        && size == bytes.Length;
}
