using System.Security.Cryptography;
using System.Text;
using Outbox.Endpoints;

namespace Outbox.Tests.Endpoints;

public sealed class SecretVaultTests
{
    private const string Secret = "a-signing-secret-of-at-least-32-characters";

    private readonly byte[] _oldKey = [.. Enumerable.Repeat((byte)1, 32)];
    private readonly byte[] _newKey = [.. Enumerable.Repeat((byte)2, 32)];

    [Fact]
    public void What_is_stored_does_not_hold_the_secret()
    {
        var stored = Vault(_oldKey).Seal([new EndpointSecret(Secret, null)], "org_1", "ep_1");

        Assert.DoesNotContain(Secret, Encoding.Latin1.GetString(stored.Span), StringComparison.Ordinal);
        Assert.Equal(Secret, Vault(_oldKey).Open(stored, "org_1", "ep_1").Single().Value);
    }

    [Theory]
    [InlineData("org_2", "ep_1")]
    [InlineData("org_1", "ep_2")]
    [InlineData(null, "ep_1")]
    public void A_secret_moved_to_another_tenant_or_endpoint_cannot_be_read(string? tenant, string endpoint)
    {
        var stored = Vault(_oldKey).Seal([new EndpointSecret(Secret, null)], "org_1", "ep_1");

        Assert.ThrowsAny<CryptographicException>(() => Vault(_oldKey).Open(stored, tenant, endpoint));
    }

    [Fact]
    public void A_new_key_in_front_still_reads_what_the_old_one_wrote()
    {
        var stored = Vault(_oldKey).Seal([new EndpointSecret(Secret, null)], null, "ep_1");

        Assert.Equal(Secret, Vault(_newKey, _oldKey).Open(stored, null, "ep_1").Single().Value);
        Assert.ThrowsAny<CryptographicException>(() => Vault(_newKey).Open(stored, null, "ep_1"));
    }

    [Fact]
    public void A_lost_key_is_told_from_a_changed_byte()
    {
        var stored = Vault(_oldKey).Seal([new EndpointSecret(Secret, null)], null, "ep_1").ToArray();
        stored[^1] ^= 1;

        Assert.ThrowsAny<CryptographicException>(() => Vault(_oldKey).Open(stored, null, "ep_1"));
        Assert.Contains("ProtectSecrets", Assert.ThrowsAny<CryptographicException>(() => new SecretVault().Open(stored, null, "ep_1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_from_before_encryption_was_chosen_are_still_read()
    {
        var stored = new SecretVault().Seal([new EndpointSecret(Secret, null)], null, "ep_1");

        Assert.Equal(Secret, Vault(_oldKey).Open(stored, null, "ep_1").Single().Value);
    }

    [Fact]
    public void Only_the_last_four_characters_are_shown()
    {
        Assert.Equal("ters", SecretVault.Hint(Secret));
        Assert.Equal("abc", SecretVault.Hint("abc"));
    }

    private static SecretVault Vault(params byte[][] keys) => new(new AesGcmSecretProtector(keys, new CryptoRandomSource()));
}
