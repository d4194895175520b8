using System.Buffers;

namespace Outbox.Json;

/// <summary>A growing run of bytes in a pooled array, so that a result costs one allocation: its own.</summary>
internal struct OutputBuffer : IDisposable
{
    private byte[] _bytes;

    public OutputBuffer(int expectedLength)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(expectedLength);
    }

    public int Length { get; private set; }

    /// <summary>The array behind the run; good until the next append.</summary>
    public readonly byte[] Bytes => _bytes;

    public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Append(byte value)
    {
        if (Length == _bytes.Length)
        {
            Grow(1);
        }

        _bytes[Length++] = value;
    }

    public void Append(scoped ReadOnlySpan<byte> values)
    {
        values.CopyTo(Reserve(values.Length));
        Length += values.Length;
    }

    /// <summary>Room for at least <paramref name="count"/> bytes, taken with <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Grow(count);
        }

        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    /// <summary>Ends the use of this buffer: the array goes back to the pool.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(checked(Math.Max(_bytes.Length * 2, Length + count)));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
