using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.AspNetCore.Receiving;

/// <summary>One request to a receiver: its bytes read up to a limit, verified, and only then understood and handled.</summary>
internal sealed partial class WebhookReceiver(
    WebhookProfile profile, WebhookVerifier verifier, WebhookReceiverOptions options, Func<ReceivedWebhook, CancellationToken, Task> handler)
{
    private const int MaxDepth = 128;

    // What a request claims to bring is believed up to here.
    private const int FirstBuffer = 64 * 1024;

    private readonly string? _typeField = FieldOf(profile, EnvelopeValue.EventType);
    private readonly string? _dataField = FieldOf(profile, EnvelopeValue.Data);

    public async Task ReceiveAsync(HttpContext context)
    {
        if (await ReadAsync(context.Request, context.RequestAborted) is not { } body)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        var verification = verifier.Verify(body.Span, name => context.Request.Headers[name]);
        if (!verification.IsValid)
        {
            // The reason is for the receiver's own log: whoever sent this learns nothing from the answer.
            LogRefused(LoggerOf(context), context.Request.Path, verification.Reason);
            context.Response.StatusCode = StatusOf(verification.Failure);
            return;
        }

        if (Understand(body, verification, context.RequestServices) is not { } received)
        {
            LogNotUnderstood(LoggerOf(context), context.Request.Path);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await handler(received, context.RequestAborted);
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > options.MaxBodyBytes)
        {
            return null;
        }

        // One byte over the limit is enough to know; the server's own limit may be lower than a receiver wants.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = options.MaxBodyBytes + 1L;
        }

        var body = new ArrayBufferWriter<byte>((int)Math.Min(request.ContentLength ?? 0, FirstBuffer) + 1);
        int read;
        do
        {
            read = await request.Body.ReadAsync(body.GetMemory(1), cancellationToken);
            body.Advance(read);
        }
        while (read > 0 && body.WrittenCount <= options.MaxBodyBytes);
        return body.WrittenCount > options.MaxBodyBytes ? null : body.WrittenMemory;
    }

    private ReceivedWebhook? Understand(ReadOnlyMemory<byte> body, WebhookVerification verification, IServiceProvider services)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || (_dataField is not null && !root.TryGetProperty(_dataField, out _)))
            {
                return null;
            }

            return new ReceivedWebhook
            {
                DeliveryId = verification.DeliveryId,
                EventType = _typeField is not null && root.TryGetProperty(_typeField, out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null,
                SentAt = verification.Timestamp,
                Data = (_dataField is null ? root : root.GetProperty(_dataField)).Clone(),
                Body = body,
                Services = services,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int StatusOf(WebhookVerificationFailure failure) =>
        failure is WebhookVerificationFailure.MalformedSignature or WebhookVerificationFailure.MalformedId or WebhookVerificationFailure.MalformedTimestamp
            ? StatusCodes.Status400BadRequest
            : StatusCodes.Status401Unauthorized;

    private static string? FieldOf(WebhookProfile profile, EnvelopeValue value)
    {
        foreach (var field in profile.Envelope.Fields)
        {
            if (field.Value == value)
            {
                return field.Name;
            }
        }

        return null;
    }

    private static ILogger LoggerOf(HttpContext context) => context.RequestServices.GetRequiredService<ILogger<WebhookReceiver>>();

    [LoggerMessage(80, LogLevel.Warning, "A request to {Path} was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, PathString path, string? reason);

    [LoggerMessage(81, LogLevel.Warning, "A request to {Path} is signed, but its body is not what the profile sends.")]
    private static partial void LogNotUnderstood(ILogger logger, PathString path);
}
