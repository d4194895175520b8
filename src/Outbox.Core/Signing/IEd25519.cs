namespace Outbox.Signing;

/// <summary>
/// Ed25519 signatures (RFC 8032, section 5.1), which .NET itself does not have. The package Outbox.Ed25519 brings them; another library is
/// connected by implementing this. Thread-safe.
/// </summary>
public interface IEd25519
{
    /// <summary>Computes the public key of a private key.</summary>
    /// <param name="privateKey">32 bytes, which RFC 8032 calls the private key and others the seed.</param>
    /// <param name="publicKey">Receives 32 bytes.</param>
    void ComputePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey);

    /// <summary>Signs.</summary>
    /// <param name="privateKey">32 bytes.</param>
    /// <param name="content">What is signed.</param>
    /// <param name="signature">Receives 64 bytes.</param>
    void Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> content, Span<byte> signature);

    /// <summary>Verifies. Whatever the bytes are, this does not throw.</summary>
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="content">What was signed.</param>
    /// <param name="signature">64 bytes.</param>
    /// <returns>Whether the signature is that of <paramref name="content"/> by the owner of the private key.</returns>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature);
}
