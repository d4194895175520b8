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
        Assert.Equal("", SecretVault.Hint("abc"));
        Assert.Equal("o", SecretVault.Hint("swordo"));
    }

    [Fact]
    public void A_protector_may_make_any_bytes()
    {
        for (var first = 0; first < 256; first++)
        {
            var vault = new SecretVault(new Prefixing((byte)first));
            var stored = vault.Seal([new EndpointSecret(Secret, null)], null, "ep_1");

            Assert.Equal(Secret, vault.Open(stored, null, "ep_1").Single().Value);
            Assert.True(vault.IsCurrent(stored, null, "ep_1"));
            Assert.ThrowsAny<CryptographicException>(() => new SecretVault().Open(stored, null, "ep_1"));
        }
    }

    [Fact]
    public void Whatever_a_protector_throws_or_brings_is_an_unreadable_secret_and_its_message_is_not_told()
    {
        var stored = new SecretVault(new Prefixing(7)).Seal([new EndpointSecret(Secret, null)], null, "ep_1");

        var away = Assert.ThrowsAny<CryptographicException>(() => new SecretVault(new Prefixing(7) { Failure = new TimeoutException("vault-password") }).Open(stored, null, "ep_1"));
        Assert.Contains("TimeoutException", away.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("vault-password", away.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<CryptographicException>(() => new SecretVault(new Prefixing(7) { Garbage = "{]"u8.ToArray() }).Open(stored, null, "ep_1"));
        Assert.ThrowsAny<CryptographicException>(() => Vault(_oldKey).Open("nothing that we wrote"u8.ToArray(), null, "ep_1"));
    }

    [Fact]
    public void What_was_stored_by_other_rules_than_todays_is_not_current()
    {
        var plain = new SecretVault().Seal([new EndpointSecret(Secret, null)], null, "ep_1");
        var old = Vault(_oldKey).Seal([new EndpointSecret(Secret, null)], null, "ep_1");

        Assert.True(new SecretVault().IsCurrent(plain, null, "ep_1"));
        Assert.True(Vault(_oldKey).IsCurrent(old, null, "ep_1"));
        Assert.False(Vault(_oldKey).IsCurrent(plain, null, "ep_1"));
        Assert.False(Vault(_newKey, _oldKey).IsCurrent(old, null, "ep_1"));
        Assert.False(new SecretVault().IsCurrent(old, null, "ep_1"));
    }

    [Fact]
    public void What_signs_is_opened_once_a_minute_and_anew_where_the_row_has_changed()
    {
        var protector = new Prefixing(7);
        var vault = new SecretVault(protector);
        var bare = Some.Delivery.Endpoint;
        var endpoint = bare with { Secrets = Sealed(Secret) };
        var now = DateTimeOffset.UnixEpoch;
        Assert.Equal([Secret], vault.Signing(endpoint, now));

        protector.Failure = new TimeoutException();

        Assert.Equal([Secret], vault.Signing(endpoint, now.AddSeconds(59)));
        Assert.ThrowsAny<CryptographicException>(() => vault.Signing(endpoint, now.AddSeconds(60)));
        Assert.ThrowsAny<CryptographicException>(() => vault.Signing(endpoint, now.AddSeconds(-60)));
        Assert.ThrowsAny<CryptographicException>(() => vault.Signing(endpoint with { Secrets = Sealed(Secret + "2") }, now));
        Assert.ThrowsAny<CryptographicException>(() => vault.Signing(endpoint with { Tenant = "org_2" }, now));

        ReadOnlyMemory<byte> Sealed(string secret) => vault.Seal([new EndpointSecret(secret, null)], bare.Tenant, bare.Id);
    }

    private static SecretVault Vault(params byte[][] keys) => new(new AesGcmSecretProtector(keys, new CryptoRandomSource()));

    private sealed class Prefixing(byte first) : ISecretProtector
    {
        public Exception? Failure { get; set; }

        public byte[]? Garbage { get; init; }

        public byte[] Protect(ReadOnlySpan<byte> plaintext, string purpose) => [first, .. plaintext];

        public byte[] Unprotect(ReadOnlySpan<byte> ciphertext, string purpose) => Failure is null ? Garbage ?? ciphertext[1..].ToArray() : throw Failure;

        public bool IsCurrent(ReadOnlySpan<byte> ciphertext, string purpose) => true;
    }
}
