using Microsoft.AspNetCore.DataProtection;
using Outbox.Endpoints;

namespace Outbox.AspNetCore.Security;

/// <summary>ASP.NET Core's data protection with its key ring. Each purpose, a tenant's endpoint, has a key of its own derived from it.</summary>
internal sealed class DataProtectionSecretProtector(IDataProtectionProvider protection) : ISecretProtector
{
    private readonly IDataProtector _secrets = protection.CreateProtector("Outbox.EndpointSecrets");

    public byte[] Protect(ReadOnlySpan<byte> plaintext, string purpose) => _secrets.CreateProtector(purpose).Protect(plaintext.ToArray());

    // A key that was revoked does not decrypt: whoever revoked it fears that others have it.
    public byte[] Unprotect(ReadOnlySpan<byte> ciphertext, string purpose) => _secrets.CreateProtector(purpose).Unprotect(ciphertext.ToArray());

    public bool IsCurrent(ReadOnlySpan<byte> ciphertext, string purpose)
    {
        if (_secrets.CreateProtector(purpose) is not IPersistedDataProtector protector)
        {
            return true;
        }

        protector.DangerousUnprotect(ciphertext.ToArray(), ignoreRevocationErrors: false, out var requiresMigration, out _);
        return !requiresMigration;
    }
}
