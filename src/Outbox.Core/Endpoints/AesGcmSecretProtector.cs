using System.Security.Cryptography;
using System.Text;

namespace Outbox.Endpoints;

/// <summary>
/// AES-256-GCM (NIST SP 800-38D) with keys from configuration: the first encrypts, all decrypt. The form is one byte of version, four that
/// name the key, 12 of nonce, 16 of tag, then the ciphertext; the purpose is authenticated with it.
/// </summary>
internal sealed class AesGcmSecretProtector : ISecretProtector
{
    public const int KeySize = 32;

    private const byte Version = 1;
    private const int KeyIdSize = 4;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int HeaderSize = 1 + KeyIdSize + NonceSize + TagSize;

    private readonly (byte[] Id, byte[] Key)[] _keys;
    private readonly IRandomSource _random;

    public AesGcmSecretProtector(IReadOnlyList<byte[]> keys, IRandomSource random)
    {
        _keys = [.. keys.Select(key => (SHA256.HashData(key)[..KeyIdSize], key))];
        _random = random;
    }

    public byte[] Protect(ReadOnlySpan<byte> plaintext, string purpose)
    {
        var (id, key) = _keys[0];
        var result = new byte[HeaderSize + plaintext.Length];
        result[0] = Version;
        id.CopyTo(result.AsSpan(1));
        var nonce = result.AsSpan(1 + KeyIdSize, NonceSize);
        _random.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, plaintext, result.AsSpan(HeaderSize), result.AsSpan(HeaderSize - TagSize, TagSize), Encoding.UTF8.GetBytes(purpose));
        return result;
    }

    public byte[] Unprotect(ReadOnlySpan<byte> ciphertext, string purpose)
    {
        if (ciphertext.Length < HeaderSize || ciphertext[0] != Version)
        {
            throw new CryptographicException("the stored secret is not in a form that this version reads");
        }

        foreach (var (id, key) in _keys)
        {
            if (ciphertext.Slice(1, KeyIdSize).SequenceEqual(id))
            {
                var plaintext = new byte[ciphertext.Length - HeaderSize];
                using var aes = new AesGcm(key, TagSize);
                aes.Decrypt(
                    ciphertext.Slice(1 + KeyIdSize, NonceSize),
                    ciphertext[HeaderSize..],
                    ciphertext.Slice(HeaderSize - TagSize, TagSize),
                    plaintext,
                    Encoding.UTF8.GetBytes(purpose));
                return plaintext;
            }
        }

        throw new CryptographicException("the key that encrypted the secret is not among the keys given to ProtectSecrets");
    }

    public bool IsCurrent(ReadOnlySpan<byte> ciphertext, string purpose) =>
        ciphertext.Length >= HeaderSize && ciphertext[0] == Version && ciphertext.Slice(1, KeyIdSize).SequenceEqual(_keys[0].Id);
}
