using System.Text;
using Outbox.Json;
using Outbox.Profiles;

namespace Outbox.Signing;

/// <summary>Signing secrets: made, judged, and turned into keys. No message here ever shows one.</summary>
internal static class SigningSecret
{
    /// <summary>What a secret of Standard Webhooks begins with.</summary>
    public const string WhsecPrefix = "whsec_";

    /// <summary>The fewest bytes that Standard Webhooks allows for a key.</summary>
    public const int MinimumWhsecSize = 24;

    /// <summary>The most bytes that Standard Webhooks allows for a key.</summary>
    public const int MaximumWhsecSize = 64;

    /// <summary>The random bytes that a generated secret is made from.</summary>
    public const int GeneratedSize = 32;

    /// <summary>The most bytes that <see cref="Decode"/> writes: each UTF-16 unit is at most three bytes of UTF-8.</summary>
    public const int MaximumKeySize = 3 * SecretRule.MaximumLength;

    /// <summary>A secret in the form that <paramref name="encoding"/> reads: <c>whsec_…</c>, or 64 hexadecimal digits.</summary>
    public static string Generate(SecretEncoding encoding, ReadOnlySpan<byte> randomBytes)
    {
        if (randomBytes.Length != GeneratedSize)
        {
            throw new ArgumentException(
                $"A secret is made from {GeneratedSize} random bytes, not {randomBytes.Length}.", nameof(randomBytes));
        }

        return encoding == SecretEncoding.WhsecBase64
            ? WhsecPrefix + Convert.ToBase64String(randomBytes)
            : Convert.ToHexStringLower(randomBytes);
    }

    /// <summary>What is wrong with a secret that an endpoint is given under <paramref name="profile"/>, or null.</summary>
    public static string? Problem(WebhookProfile profile, string? secret)
    {
        var rule = profile.Secret;
        var encoding = profile.Signature.Key;

        if (secret is null)
        {
            return rule.Requirement == SecretRequirement.Required
                ? $"Profile '{profile.Name}' needs a signing secret and none was given. {Cure(encoding, rule.MinimumLength)}"
                : null;
        }

        if (profile.Signature.Key == SecretEncoding.WhsecBase64 && KeyPair.IsPrivateKey(secret))
        {
            return profile.Signature.Ed25519 is { } ed25519
                ? KeyPair.Problem(ed25519, secret)
                : $"The signing secret is a private key, and profile '{profile.Name}' signs with shared secrets only. "
                    + "Use the profile 'standard-v1a' of the package Outbox.Ed25519, or give a 'whsec_' secret.";
        }

        return FormProblem(encoding, secret) is { } problem ? $"{problem} {Cure(encoding, rule.MinimumLength)}"
            : LengthProblem(profile, secret) is { } tooShort ? $"{tooShort} {Cure(encoding, rule.MinimumLength)}"
            : null;
    }

    /// <summary>What keeps a secret from becoming a key at all, whatever its strength, or null.</summary>
    public static string? FormProblem(SecretEncoding encoding, string secret)
    {
        if (secret.Length > SecretRule.MaximumLength)
        {
            return $"The signing secret has {secret.Length} characters; at most {SecretRule.MaximumLength} are accepted.";
        }

        if (secret.Length == 0)
        {
            return "The signing secret is empty.";
        }

        if (char.IsWhiteSpace(secret[0]) || char.IsWhiteSpace(secret[^1]))
        {
            return "The signing secret begins or ends with white space, which is usually a slip of copy and paste.";
        }

        if (Utf16.IndexOfLoneSurrogate(secret) >= 0)
        {
            return "The signing secret has half of a surrogate pair in it and cannot be written as UTF-8.";
        }

        return encoding == SecretEncoding.WhsecBase64 && WhsecSize(secret) is null
            ? $"The signing secret is not '{WhsecPrefix}' followed by base64 with padding."
            : null;
    }

    /// <summary>Writes the key and returns its size. The secret has passed <see cref="FormProblem"/>.</summary>
    public static int Decode(string secret, SecretEncoding encoding, Span<byte> key)
    {
        if (encoding == SecretEncoding.Utf8)
        {
            return Encoding.UTF8.GetBytes(secret, key);
        }

        return TryDecodeWhsec(secret, key, out var size)
            ? size
            : throw new WebhookValidationException("secret", FormProblem(encoding, secret) ?? "The signing secret cannot be decoded.");
    }

    private static string? LengthProblem(WebhookProfile profile, string secret)
    {
        var minimum = profile.Secret.MinimumLength;

        if (profile.Signature.Key == SecretEncoding.Utf8)
        {
            return secret.Length < minimum
                ? $"The signing secret has {secret.Length} characters and profile '{profile.Name}' asks for at least {minimum}."
                : null;
        }

        var size = WhsecSize(secret) ?? 0;

        return size < minimum || size > MaximumWhsecSize
            ? $"The signing secret decodes to {size} bytes and profile '{profile.Name}' asks for {minimum} to {MaximumWhsecSize}."
            : null;
    }

    private static int? WhsecSize(string secret)
    {
        Span<byte> key = stackalloc byte[MaximumKeySize];

        return TryDecodeWhsec(secret, key, out var size) && size > 0 ? size : null;
    }

    private static bool TryDecodeWhsec(string secret, Span<byte> key, out int size)
    {
        size = 0;

        return secret.StartsWith(WhsecPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64Chars(secret.AsSpan(WhsecPrefix.Length), key, out size);
    }

    private static string Cure(SecretEncoding encoding, int minimum) => encoding == SecretEncoding.WhsecBase64
        ? $"Give '{WhsecPrefix}' followed by what 'openssl rand -base64 {Math.Max(minimum, GeneratedSize)}' prints."
        : $"Give at least {minimum} characters, for example what 'openssl rand -hex {GeneratedSize}' prints.";
}
