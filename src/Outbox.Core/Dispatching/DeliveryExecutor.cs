using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Outbox.Deliveries;
using Outbox.Diagnostics;
using Outbox.Endpoints;
using Outbox.Notices;
using Outbox.Profiles;
using Outbox.Sending;
using Outbox.Storage;

namespace Outbox.Dispatching;

/// <summary>One leased delivery, from its lease to the transition that settles it: compose, sign, send, judge.</summary>
internal sealed class DeliveryExecutor(
    ProfileCatalogue profiles,
    SecretVault secrets,
    SecretStatus secretStatus,
    WebhookSender sender,
    NoticeWriter notices,
    OutboxMetrics metrics,
    IOptions<WebhookOutboxOptions> options,
    TimeProvider clock,
    IRandomSource random,
    ILogger<DeliveryExecutor> logger)
{
    /// <summary>How long a delivery waits when something of ours, not the receiver, keeps it from being sent.</summary>
    private static readonly TimeSpan UntilMended = TimeSpan.FromMinutes(1);

    private readonly WebhookOutboxOptions _options = options.Value;
    private readonly OncePerMinute _calm = new(clock);
    private readonly Func<Settlement, NoticeCause, NewEvent> _notice = notices.Of;

    /// <summary>Makes the attempt. It throws nothing: whatever happens becomes a settlement.</summary>
    /// <param name="delivery">What was leased.</param>
    /// <param name="leasedAt">The clock's timestamp just before the lease was asked for.</param>
    /// <param name="stopWorking">Fires when the host has no more patience: the request is torn off and the delivery goes back uncounted.</param>
    public async Task<Settlement> ExecuteAsync(ClaimedDelivery delivery, long leasedAt, CancellationToken stopWorking)
    {
        using var span = OutboxSpans.StartDeliver(delivery);
        var startedAt = clock.GetUtcNow();
        var outcome = await AttemptAsync(delivery, leasedAt, startedAt, stopWorking);
        var profile = profiles.Find(delivery.Profile) ?? WebhookProfile.Standard;
        var chance = random.NextDouble();
        var transition = DeliveryPolicy.Decide(delivery.FailedTries, outcome, profile, chance);
        var effect = EndpointBreaker.Judge(delivery.Endpoint, outcome, transition.Status == DeliveryStatus.Delivered, _options.Breaker, chance);
        if (EndpointBreaker.GivesUp(delivery.Endpoint, effect, _options.Breaker))
        {
            transition = DeliveryTransition.Parked(EndpointBreaker.Failing);
        }

        Tell(delivery, outcome, transition);
        Tell(delivery.Endpoint, effect);
        span.Delivered(outcome, transition);
        Measure(delivery, outcome, transition, leasedAt);
        return new Settlement(delivery, transition, RecordOf(outcome, startedAt))
        {
            Effect = effect,
            Notice = NoticeWriter.IsNotice(delivery.EventType) ? null : _notice,
        };
    }

    private async Task<DeliveryOutcome> AttemptAsync(
        ClaimedDelivery delivery, long leasedAt, DateTimeOffset startedAt, CancellationToken stopWorking)
    {
        if (profiles.Find(delivery.Profile) is not { } profile)
        {
            return new DeliveryOutcome.NotAttempted($"the profile '{delivery.Profile}' is not registered in this host", UntilMended);
        }

        var began = clock.GetTimestamp();
        try
        {
            var signing = secrets.Signing(delivery.Endpoint, startedAt);
            if (signing.Count == 0 && profile.Secret.Requirement != SecretRequirement.Optional)
            {
                return new DeliveryOutcome.NotAttempted($"the endpoint has no secret and the profile '{profile.Name}' never sends unsigned", UntilMended);
            }

            var request = Compose(delivery, profile, signing, startedAt);
            using var body = request.Body;
            return LeaseCovers(profile, leasedAt)
                ? new DeliveryOutcome.Attempted(await sender.SendAsync(request, stopWorking))
                : new DeliveryOutcome.NotAttempted("the lease was too short to finish an attempt", TimeSpan.Zero);
        }
        catch (OperationCanceledException) when (stopWorking.IsCancellationRequested)
        {
            return new DeliveryOutcome.NotAttempted("the host stopped", TimeSpan.Zero);
        }
        catch (CryptographicException e)
        {
            secretStatus.Saw(delivery.Endpoint.Id, e.Message);
            return new DeliveryOutcome.NotAttempted($"the endpoint's secret cannot be read: {e.Message}", UntilMended);
        }
        catch (Exception e)
        {
            Log.AttemptBroke(logger, e, delivery.Id, delivery.Endpoint.Id);
            return new DeliveryOutcome.Attempted(new WebhookResponse
            {
                ErrorCode = SendErrorCodes.Internal,
                Detail = $"The outbox itself failed: {e.GetType().Name}. Its log has the details.",
                Duration = clock.GetElapsedTime(began),
            });
        }
    }

    private static WebhookRequest Compose(
        ClaimedDelivery delivery, WebhookProfile profile, IReadOnlyList<string> signing, DateTimeOffset startedAt)
    {
        var content = new DeliveryContent
        {
            EventId = delivery.EventId,
            DeliveryId = delivery.Id,
            EventType = delivery.EventType,
            Tenant = delivery.Tenant,
            OccurredAt = delivery.OccurredAt,
            Data = delivery.Data,
            ShipTranscript = delivery.ShipTranscript,
        };
        return RequestComposer.Compose(content, delivery.Headers, delivery.Endpoint.Url, profile, signing, startedAt) with { EndpointId = delivery.Endpoint.Id };
    }

    // A process that was paused must not begin what another dispatcher may have begun meanwhile.
    private bool LeaseCovers(WebhookProfile profile, long leasedAt) =>
        clock.GetElapsedTime(leasedAt) + _options.Sending.LongestAttempt(profile.Timeout) <= _options.LeaseDuration;

    private static AttemptRecord? RecordOf(DeliveryOutcome outcome, DateTimeOffset startedAt) =>
        outcome is not DeliveryOutcome.Attempted { Response: var response } ? null : new AttemptRecord
        {
            StartedAt = startedAt,
            Duration = response.Duration,
            StatusCode = response.StatusCode,
            Error = response.ErrorCode,
            Detail = response.Detail,
            Excerpt = response.Excerpt,
        };

    private void Measure(ClaimedDelivery delivery, DeliveryOutcome outcome, DeliveryTransition transition, long leasedAt)
    {
        if (outcome is DeliveryOutcome.Attempted { Response: var response })
        {
            metrics.Attempted(delivery, response, transition);
        }

        if (transition.Status == DeliveryStatus.Delivered)
        {
            metrics.Delivered(delivery, clock.GetElapsedTime(leasedAt));
        }
    }

    private void Tell(ClaimedDelivery delivery, DeliveryOutcome outcome, DeliveryTransition transition)
    {
        if (outcome is DeliveryOutcome.NotAttempted { Reason: var reason })
        {
            // The same trouble often keeps thousands of deliveries waiting.
            var level = outcome is DeliveryOutcome.NotAttempted { Delay: var delay } && delay > TimeSpan.Zero && _calm.Allows(reason) ? LogLevel.Warning : LogLevel.Debug;
            Log.NotAttempted(logger, level, delivery.Id, delivery.Endpoint.Id, reason);
            return;
        }

        var response = ((DeliveryOutcome.Attempted)outcome).Response;
        Log.Attempted(
            logger, delivery.Id, delivery.Endpoint.Id, response.StatusCode, response.ErrorCode, response.Duration.TotalMilliseconds, transition.Status);
        if (transition.Status == DeliveryStatus.Exhausted)
        {
            Log.Exhausted(logger, delivery.Id, delivery.Endpoint.Id, response.StatusCode, response.ErrorCode);
        }
        else if (transition.DisablesEndpoint)
        {
            Log.EndpointDisabled(logger, delivery.Endpoint.Id, transition.Reason);
        }
    }

    private void Tell(ClaimedEndpoint endpoint, EndpointEffect effect)
    {
        var failures = endpoint.FailuresInARow + 1;
        if (effect.EndsBlock)
        {
            Log.EndpointRecovered(logger, endpoint.Id, endpoint.FailuresInARow);
        }
        else if (effect.BlockFor is { } block && failures >= effect.BlockFrom && _calm.Allows(endpoint.Id))
        {
            Log.EndpointBlocked(logger, endpoint.Id, failures, block);
        }
    }
}
