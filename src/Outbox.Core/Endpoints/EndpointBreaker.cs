using System.Net;
using Outbox.Deliveries;
using Outbox.Sending;
using Outbox.Storage;

namespace Outbox.Endpoints;

/// <summary>
/// Judges an endpoint by one attempt: whether it is well, whether it is to be left alone for a while, whether it is given up. Pure: the same
/// arguments give the same effect, whatever the time.
/// </summary>
internal static class EndpointBreaker
{
    /// <summary>Why an endpoint is disabled that has failed for days.</summary>
    public const string Failing = "failing";

    // One event of an endpoint with little traffic may fail for days; fewer tries than these say too little.
    private const int FewestTriesToGiveUp = 10;
    private const double Jitter = 0.10;

    /// <param name="endpoint">The endpoint as the claim told it.</param>
    /// <param name="outcome">What happened.</param>
    /// <param name="accepted">Whether that is a success by the profile.</param>
    /// <param name="options">The limits.</param>
    /// <param name="jitter">A sample of chance, at least 0 and below 1.</param>
    public static EndpointEffect Judge(ClaimedEndpoint endpoint, DeliveryOutcome outcome, bool accepted, WebhookBreakerOptions options, double jitter)
    {
        if (outcome is not DeliveryOutcome.Attempted { Response: var response } || IsOurs(response))
        {
            return EndpointEffect.None;
        }

        if (accepted)
        {
            return endpoint.FailuresInARow == 0 ? EndpointEffect.Succeeded : EndpointEffect.Recovered;
        }

        return options.FailuresToBlock is { } blockFrom && IsUnwell(response)
            ? EndpointEffect.Failed(blockFrom, BlockFor(endpoint, response, options, jitter))
            : EndpointEffect.Refused;
    }

    /// <summary>Whether an endpoint that failed once more has done so for too long.</summary>
    public static bool GivesUp(ClaimedEndpoint endpoint, EndpointEffect effect, WebhookBreakerOptions options) =>
        effect.CountsFailure && endpoint.FailuresInARow + 1 >= FewestTriesToGiveUp && endpoint.FailingFor >= options.DisableAfter;

    // As long as it has failed so far: each block that ends in a failure is followed by one about twice as long, and a restart, or another
    // dispatcher, goes on where this one is.
    private static TimeSpan BlockFor(ClaimedEndpoint endpoint, WebhookResponse response, WebhookBreakerOptions options, double jitter)
    {
        var scheduled = Clamp(endpoint.FailingFor + response.Duration, options) * (1 + (Jitter * ((2 * jitter) - 1)));
        var asked = Clamp(response.RetryAfter ?? TimeSpan.Zero, options);
        return response.RetryAfter is not null && asked > scheduled ? asked : scheduled;
    }

    private static TimeSpan Clamp(TimeSpan wait, WebhookBreakerOptions options) =>
        wait < options.FirstBlock ? options.FirstBlock : wait > options.LongestBlock ? options.LongestBlock : wait;

    // Any other answer is about the request: it shows that the endpoint is there.
    private static bool IsUnwell(WebhookResponse response) =>
        response.StatusCode is null or >= (int)HttpStatusCode.InternalServerError or (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests;

    // What the host's own pipeline, the event's headers or the outbox itself broke says nothing about the receiver.
    private static bool IsOurs(WebhookResponse response) =>
        response.ErrorCode is SendErrorCodes.InvalidHeader or SendErrorCodes.Pipeline or SendErrorCodes.Unexpected or SendErrorCodes.Internal;
}
