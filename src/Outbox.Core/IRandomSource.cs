using System.Security.Cryptography;

namespace Outbox;

/// <summary>Where chance comes from: ids, secrets and jitter. Injected, so that a simulation can replay a run from its seed.</summary>
internal interface IRandomSource
{
    void Fill(Span<byte> bytes);

    /// <summary>At least 0 and below 1.</summary>
    double NextDouble();
}

internal sealed class CryptoRandomSource : IRandomSource
{
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);

    public double NextDouble()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return (BitConverter.ToUInt64(bytes) >> 11) * (1.0 / (1UL << 53));
    }
}
