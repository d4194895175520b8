using Outbox.Signing;

namespace Outbox.Cli.Verifying;

/// <summary>The secret as it may have been meant, and what is wrong with how it was given; null for the secret as it is.</summary>
/// <param name="Secret">The secret.</param>
/// <param name="Key">How it becomes the key, where that is not as the profile says.</param>
/// <param name="Mistake">What is wrong.</param>
internal sealed record SecretVariant(string Secret, SecretEncoding? Key, string? Mistake)
{
    private const string Prefix = "whsec_";

    /// <summary>The variants that differ under a profile whose secrets become keys as <paramref name="rule"/> says.</summary>
    public static IEnumerable<SecretVariant> Of(string secret, SecretEncoding rule)
    {
        yield return new(secret, null, null);
        var trimmed = secret.Trim().Trim('"', '\'');
        if (!string.Equals(trimmed, secret, StringComparison.Ordinal))
        {
            yield return new(trimmed, null, "The secret has blanks, line breaks or quotes around it that do not belong to it.");
        }

        if (rule == SecretEncoding.WhsecBase64)
        {
            yield return new(Prefix + trimmed, null, $"The secret's beginning, '{Prefix}', was left out.");
            yield return new(
                trimmed, SecretEncoding.Utf8, $"It was signed with the secret's text as the key; under this profile the key is what follows '{Prefix}', decoded from base64.");
            yield break;
        }

        yield return new(
            trimmed.StartsWith(Prefix, StringComparison.Ordinal) ? trimmed : Prefix + trimmed,
            SecretEncoding.WhsecBase64,
            "It was signed with the bytes that the secret is base64 of; under this profile the secret's text is the key.");
        if (AsHexadecimal(trimmed) is { } decoded)
        {
            yield return new(
                Prefix + decoded, SecretEncoding.WhsecBase64, "It was signed with the bytes that the secret is hexadecimal of; under this profile the secret's text is the key.");
        }
    }

    private static string? AsHexadecimal(string secret) =>
        secret.Length is > 0 and <= 512 && secret.Length % 2 == 0 && secret.All(char.IsAsciiHexDigit)
            ? Convert.ToBase64String(Convert.FromHexString(secret))
            : null;
}
