using System.Buffers;

namespace Outbox.Sending;

/// <summary>
/// A request's body in a pooled array. The array goes back when the attempt is over and nobody is writing it to a wire any more: by then it
/// may hold another customer's data.
/// </summary>
internal sealed class RequestBody(int expectedLength) : IBufferWriter<byte>, IDisposable
{
    private readonly Lock _gate = new();
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(expectedLength);
    private bool _isOver;
    private bool _isRead;

    public int Length { get; private set; }

    /// <summary>What was written; good until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            return _bytes.AsMemory(0, Length);
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        ObjectDisposedException.ThrowIf(_isOver, this);
        var wanted = Length + Math.Max(1, sizeHint);
        if (_bytes.Length < wanted)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, 2 * _bytes.Length));
            _bytes.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Advance(int count) => Length += count;

    /// <summary>Writes the body to a wire, as one may at a time.</summary>
    /// <exception cref="ObjectDisposedException">The attempt is over.</exception>
    public async Task CopyToAsync(Stream stream, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            _isRead = true;
        }

        try
        {
            await stream.WriteAsync(_bytes.AsMemory(0, Length), cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _isRead = false;
                GiveBackIfOver();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            GiveBackIfOver();
        }
    }

    private void GiveBackIfOver()
    {
        if (_isOver && !_isRead && _bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }
}
