using System.Diagnostics;
using Polly;

namespace Outbox.Sending;

/// <summary>Makes one attempt: one POST on the wire, one deadline, a bounded answer.</summary>
internal sealed class WebhookSender(
    HttpMessageInvoker client,
    ResiliencePipeline<HttpResponseMessage> pipeline,
    WebhookSendingOptions options,
    TimeProvider clock)
{
    public WebhookSender(
        IHttpMessageHandlerFactory handlers,
        ResiliencePipeline<HttpResponseMessage> pipeline,
        WebhookSendingOptions options,
        TimeProvider clock)
        : this(new HttpMessageInvoker(handlers.CreateHandler(WebhookHttpClient.Name), disposeHandler: false), pipeline, options, clock)
    {
    }

    /// <summary>Sends <paramref name="request"/>. Whatever the receiver does becomes a <see cref="WebhookResponse"/>.</summary>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="stopToken"/> fired before the answer's status was known. The receiver may have seen the request.
    /// </exception>
    public async ValueTask<WebhookResponse> SendAsync(WebhookRequest request, CancellationToken stopToken)
    {
        stopToken.ThrowIfCancellationRequested();
        var started = clock.GetTimestamp();
        using var deadline = new CancellationTokenSource(request.Timeout, clock);
        using var stop = stopToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline);
        var attempt = new SendAttempt(client, deadline);
        try
        {
            using var message = Compose(request);
            using var response = await attempt.RunAsync(message, pipeline);
            var answer = await ReadAsync(request, response, deadline);
            return answer with { Duration = clock.GetElapsedTime(started) };
        }
        catch (Exception exception)
        {
            var failure = Explain(exception, attempt, deadline.Token, stopToken);
            return Failed(failure) with { Duration = clock.GetElapsedTime(started) };
        }
    }

    private static SendFailure Explain(Exception exception, SendAttempt attempt, CancellationToken deadline, CancellationToken stopToken)
    {
        if (attempt.SentTwice)
        {
            return SendFailure.From(OnceContent.SecondSend());
        }

        if (exception is not OperationCanceledException || !deadline.IsCancellationRequested)
        {
            return SendFailure.From(exception);
        }

        return stopToken.IsCancellationRequested
            ? throw new OperationCanceledException("The attempt was interrupted.", exception, stopToken)
            : new SendFailure(SendErrorCodes.Timeout, "No complete answer within the time allowed.");
    }

    private HttpRequestMessage Compose(WebhookRequest request)
    {
        var url = request.Url;
        if (!WebhookUrl.IsAllowedScheme(url.Scheme, options) || !WebhookUrl.IsAllowedPort(url.Port, options))
        {
            throw new SendFailureException(SendErrorCodes.InvalidUrl, "The URL's scheme or port is not allowed. Register it anew.");
        }

        var message = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Version = System.Net.HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new OnceContent(request.Body),
        };
        message.Options.Set(WebhookRequestOptions.Profile, request.Profile);
        message.Options.Set(WebhookRequestOptions.EndpointId, request.EndpointId);
        message.Headers.TryAddWithoutValidation("User-Agent", options.UserAgent);

        // Any other span that happens to be current belongs to the host, and says nothing of this delivery.
        if (options.SendTraceParent
            && Activity.Current is { IdFormat: ActivityIdFormat.W3C, Source.Name: WebhookTelemetry.ActivitySourceName, Id: { } traceParent })
        {
            message.Headers.TryAddWithoutValidation("traceparent", traceParent);
        }

        foreach (var (name, value) in request.Headers)
        {
            if (!OutgoingHeaders.IsToken(name) || !OutgoingHeaders.IsPrintable(value)
                || !(message.Headers.TryAddWithoutValidation(name, value) || message.Content.Headers.TryAddWithoutValidation(name, value)))
            {
                throw new SendFailureException(SendErrorCodes.InvalidHeader, "A header's name or value is not fit for the wire.");
            }
        }

        return message;
    }

    private async ValueTask<WebhookResponse> ReadAsync(WebhookRequest request, HttpResponseMessage response, CancellationTokenSource deadline)
    {
        var status = (int)response.StatusCode;
        if (status is < 200 or > 599)
        {
            return Failed(new SendFailure(SendErrorCodes.Protocol, $"The answer's status is {status}, which says nothing."));
        }

        if (request.MaxAnswerBytes is { } limit)
        {
            return await ResponseBody.ReadWholeAsync(response, limit, deadline) with { StatusCode = status };
        }

        var (excerpt, isCut) = await ResponseBody.ReadExcerptAsync(response, options, deadline);
        return new WebhookResponse
        {
            StatusCode = status,
            RetryAfter = ReadRetryAfter(response),
            Excerpt = excerpt,
            ExcerptIsCut = isCut,
            Headers = request.WantsAnswerHeaders ? ReadHeaders(response) : [],
        };
    }

    /// <summary>As they came. The handler bounds all of them together.</summary>
    private static KeyValuePair<string, string>[] ReadHeaders(HttpResponseMessage response) =>
    [
        .. response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).SelectMany(
            header => header.Value,
            (header, value) => KeyValuePair.Create(Shown(header.Key), Shown(value))),
    ];

    private static string Shown(string text) => SafeText.Clean(text, GuardedHandler.MaxResponseHeadersKilobytes * 1024);

    private TimeSpan? ReadRetryAfter(HttpResponseMessage response)
        => response.Headers.NonValidated.TryGetValues("Retry-After", out var values) && values.Count == 1
            ? RetryAfter.Parse(values.ToString(), clock.GetUtcNow())
            : null;

    private static WebhookResponse Failed(SendFailure failure) => new() { ErrorCode = failure.Code, Detail = failure.Detail };
}
