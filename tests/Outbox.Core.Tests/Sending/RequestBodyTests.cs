using System.Buffers;
using Outbox.Sending;

namespace Outbox.Tests.Sending;

/// <summary>The array under a body is used again for another customer's: nobody may still be reading it then.</summary>
public sealed class RequestBodyTests
{
    private static readonly byte[] Text = [.. Enumerable.Range(0, 5000).Select(i => (byte)('a' + i % 26))];

    [Fact]
    public void It_grows_and_keeps_what_was_written()
    {
        using var body = new RequestBody(expectedLength: 1);

        foreach (var part in Text.Chunk(7))
        {
            body.Write(part);
        }

        Assert.Equal(Text, body.Written.ToArray());
        Assert.Equal(Text.Length, body.Length);
    }

    [Fact]
    public async Task What_is_on_its_way_to_the_wire_when_the_attempt_ends_goes_there_unchanged()
    {
        var wire = new SlowWire();
        var body = SendingBench.BodyOf(Text);
        var writing = body.CopyToAsync(wire, CancellationToken.None);

        body.Dispose();
        FillPool();
        wire.GoOn.SetResult();
        await writing;

        Assert.Equal(Text, wire.Written);
    }

    [Fact]
    public async Task After_the_attempt_nothing_is_written()
    {
        var body = SendingBench.BodyOf(Text);
        body.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => body.CopyToAsync(Stream.Null, CancellationToken.None));
        Assert.Throws<ObjectDisposedException>(() => body.Written);
        Assert.Throws<ObjectDisposedException>(() => body.GetSpan());
    }

    [Fact]
    public void The_array_goes_back_once()
    {
        var body = SendingBench.BodyOf(Text);
        body.Dispose();
        body.Dispose();

        var first = ArrayPool<byte>.Shared.Rent(Text.Length);
        var second = ArrayPool<byte>.Shared.Rent(Text.Length);

        Assert.NotSame(first, second);
    }

    private static void FillPool()
    {
        for (var i = 0; i < 64; i++)
        {
            ArrayPool<byte>.Shared.Rent(Text.Length).AsSpan().Fill(0xFF);
        }
    }

    private sealed class SlowWire : MemoryStream
    {
        public TaskCompletionSource GoOn { get; } = new();

        public byte[]? Written { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await GoOn.Task;
            Written = buffer.ToArray();
        }
    }
}
