using System.Net;

namespace Outbox.Sending;

/// <summary>
/// A body that can be written to a wire once. Whatever would send a request again behind our back (a handler, a pool that met a stale
/// connection) fails here instead: each POST is an attempt that the outbox counts.
/// </summary>
internal sealed class OnceContent : HttpContent
{
    private readonly RequestBody _body;
    private int _written;

    public OnceContent(RequestBody body)
    {
        _body = body;
        Headers.TryAddWithoutValidation("Content-Type", "application/json");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _written, 1) != 0)
        {
            throw SecondSend();
        }

        return _body.CopyToAsync(stream, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }

    public static SendFailureException SecondSend() => new(
        SendErrorCodes.Pipeline,
        "Something in the HTTP pipeline sent the attempt twice; the second was stopped. The outbox counts and stores its attempts: "
        + "remove the retry or hedging strategy and set the profile's retry schedule instead.");
}
