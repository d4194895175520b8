using System.Security.Cryptography;

namespace Outbox.Endpoints;

/// <summary>
/// Encrypts endpoint secrets before they reach the database. Core has AES-256-GCM (<c>ProtectSecrets</c>), Outbox.AspNetCore has ASP.NET Core's
/// data protection (<c>UseDataProtection</c>); register another as a singleton, such as one that asks a key vault. Of several, the first encrypts
/// and all decrypt.
/// </summary>
public interface ISecretProtector
{
    /// <summary>Encrypts. The same purpose must be given to decrypt: it binds a secret to its tenant and endpoint.</summary>
    byte[] Protect(ReadOnlySpan<byte> plaintext, string purpose);

    /// <summary>Decrypts what <see cref="Protect"/> made.</summary>
    /// <exception cref="CryptographicException">The key is missing, or the bytes were made for another purpose or changed. Nothing is sent unsigned: deliveries wait.</exception>
    byte[] Unprotect(ReadOnlySpan<byte> ciphertext, string purpose);

    /// <summary>Whether the bytes were made with the key that encrypts now. Those that were not are written again when the host starts, and once a day.</summary>
    bool IsCurrent(ReadOnlySpan<byte> ciphertext, string purpose);
}
