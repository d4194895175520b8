using System.Buffers;
using System.Net;

namespace Outbox.Sending;

/// <summary>Reads the beginning of an answer's body. The status line has decided already: nothing here is a failure.</summary>
internal static class ResponseBody
{
    // Small bodies are read to their end even when little of them is kept, so that the connection can be used again.
    private const int SmallestBuffer = 1024;

    public static async ValueTask<(string? Text, bool IsCut)> ReadExcerptAsync(
        HttpResponseMessage response, WebhookSendingOptions options, CancellationTokenSource deadline)
    {
        if (response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified || response.Content.Headers.ContentLength == 0)
        {
            return (null, false);
        }

        // One byte more than is kept tells whether there is more.
        var most = Math.Max(options.MaxExcerptBytes + 1, SmallestBuffer);
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            var (read, isWhole) = await FillAsync(response.Content, buffer.AsMemory(0, most), options.BodyTimeout, deadline);
            var length = Math.Min(read, options.MaxExcerptBytes);
            return (length == 0 ? null : SafeText.FromUtf8(buffer.AsSpan(0, length), options.MaxExcerptBytes), !isWhole || read > length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The whole body, or why there is none. The deadline is the request's own.</summary>
    public static async ValueTask<WebhookResponse> ReadWholeAsync(HttpResponseMessage response, int limit, CancellationTokenSource deadline)
    {
        if (response.Content.Headers.ContentLength > limit)
        {
            return TooLarge(limit);
        }

        var body = new ArrayBufferWriter<byte>(SmallestBuffer);
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(deadline.Token);
            while (await stream.ReadAsync(body.GetMemory(SmallestBuffer), deadline.Token) is > 0 and var count)
            {
                body.Advance(count);
                if (body.WrittenCount > limit)
                {
                    return TooLarge(limit);
                }
            }

            return new WebhookResponse { Body = body.WrittenMemory };
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            return new WebhookResponse { ErrorCode = SendErrorCodes.AnswerIncomplete, Detail = "The answer's status came, its body did not arrive whole in the time allowed." };
        }
    }

    private static WebhookResponse TooLarge(int limit) =>
        new() { ErrorCode = SendErrorCodes.AnswerTooLarge, Detail = $"The answer's body is larger than {limit} bytes." };

    private static async ValueTask<(int Length, bool IsWhole)> FillAsync(HttpContent content, Memory<byte> buffer, TimeSpan timeout, CancellationTokenSource deadline)
    {
        var length = 0;
        var armed = false;
        try
        {
            var stream = await content.ReadAsStreamAsync(deadline.Token);
            while (length < buffer.Length)
            {
                var read = stream.ReadAsync(buffer[length..], deadline.Token);
                if (!read.IsCompleted && !armed)
                {
                    // Most bodies came with the headers; only one that did not is worth a timer.
                    deadline.CancelAfter(timeout);
                    armed = true;
                }

                var count = await read;
                if (count == 0)
                {
                    return (length, true);
                }

                length += count;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            // Cut, late or broken: what arrived is the excerpt.
        }

        return (length, false);
    }
}
