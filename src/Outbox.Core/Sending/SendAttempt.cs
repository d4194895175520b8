using Polly;

namespace Outbox.Sending;

/// <summary>Runs one POST through the host's pipeline and lets it through once.</summary>
internal sealed class SendAttempt(HttpMessageInvoker client, CancellationTokenSource deadline)
{
    private int _sends;

    /// <summary>The pipeline called for a second send, as retry and hedging strategies do.</summary>
    public bool SentTwice => Volatile.Read(ref _sends) > 1;

    public async ValueTask<HttpResponseMessage> RunAsync(HttpRequestMessage message, ResiliencePipeline<HttpResponseMessage> pipeline)
    {
        if (ReferenceEquals(pipeline, ResiliencePipeline<HttpResponseMessage>.Empty))
        {
            return await client.SendAsync(message, deadline.Token);
        }

        // The loop may run on a scheduler of its own (tests do), and Polly leaves it unless told to stay.
        var context = ResilienceContextPool.Shared.Get(operationKey: null, continueOnCapturedContext: true, deadline.Token);
        try
        {
            var response = await pipeline.ExecuteAsync(
                static (context, state) => state.Attempt.SendOnceAsync(state.Message, context.CancellationToken),
                context,
                (Attempt: this, Message: message));
            if (response is null || SentTwice)
            {
                response?.Dispose();
                throw new SendFailureException(SendErrorCodes.Pipeline, "The HTTP pipeline brought no answer.");
            }

            return response;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async ValueTask<HttpResponseMessage> SendOnceAsync(HttpRequestMessage message, CancellationToken token)
    {
        if (Interlocked.Increment(ref _sends) > 1)
        {
            // Ends the strategy's waits too: the attempt has failed, loudly.
            await deadline.CancelAsync();
            throw new InvalidOperationException(OnceContent.SecondSend().Message);
        }

        return await client.SendAsync(message, token);
    }
}
