using System.Buffers;
using Outbox.Json;

namespace Outbox.Sending;

/// <summary>
/// A request's body in a pooled array. The array goes back when the attempt is over and nobody is writing it to a wire any more: by then it
/// may hold another customer's data.
/// </summary>
internal sealed class RequestBody(int expectedLength) : IBufferWriter<byte>, IDisposable
{
    private readonly Lock _gate = new();
    private OutputBuffer _output = new(expectedLength);
    private bool _isOver;
    private bool _isRead;

    public int Length => _output.Length;

    /// <summary>What was written; good until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Written
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            return Bytes;
        }
    }

    private ReadOnlyMemory<byte> Bytes => _output.Bytes.AsMemory(0, _output.Length);

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        ObjectDisposedException.ThrowIf(_isOver, this);
        return _output.Reserve(Math.Max(1, sizeHint));
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        _ = GetSpan(sizeHint);
        return _output.Bytes.AsMemory(_output.Length);
    }

    public void Advance(int count) => _output.Advance(count);

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
            await stream.WriteAsync(Bytes, cancellationToken);
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
        if (_isOver && !_isRead)
        {
            _output.Dispose();
        }
    }
}
