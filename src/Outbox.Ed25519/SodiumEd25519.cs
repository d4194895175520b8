using NSec.Cryptography;
using Outbox.Signing;

#pragma warning disable IDE0130 // Beside StandardWebhooksV1a.
namespace Outbox;

/// <summary>Ed25519 of libsodium, by NSec. It refuses public keys of small order and signatures that were bent into another form.</summary>
internal sealed class SodiumEd25519 : IEd25519
{
    public void ComputePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        using var key = Key.Import(SignatureAlgorithm.Ed25519, privateKey, KeyBlobFormat.RawPrivateKey);
        key.PublicKey.Export(KeyBlobFormat.RawPublicKey).CopyTo(publicKey);
    }

    public void Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> content, Span<byte> signature)
    {
        using var key = Key.Import(SignatureAlgorithm.Ed25519, privateKey, KeyBlobFormat.RawPrivateKey);
        SignatureAlgorithm.Ed25519.Sign(key, content, signature);
    }

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) =>
        PublicKey.TryImport(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey, out var key)
        && SignatureAlgorithm.Ed25519.Verify(key!, content, signature);
}
