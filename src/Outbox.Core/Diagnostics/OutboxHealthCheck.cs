using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Outbox.Dispatching;

namespace Outbox.Diagnostics;

/// <summary>Whether the outbox does its work: the loop turns, the database answers, secrets can be read, nothing is late.</summary>
internal sealed class OutboxHealthCheck(
    IWebhookDeliveries deliveries, DispatcherPulse pulse, IWebhookSecretStatus secrets, IOptions<WebhookOutboxOptions> options, TimeSpan oldestDue) : IHealthCheck
{
    /// <summary>Failed turns in a row that are more than a moment's trouble.</summary>
    public const int TroubleAfter = 3;

    /// <summary>What a turn may take beyond its sleep: a claim and a look for the next due time, each until its command times out.</summary>
    public static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["dispatcher"] = NameOf(pulse.Phase) };
        var (backlog, trouble) = await CountAsync(cancellationToken);
        if (backlog is not null)
        {
            Tell(backlog, data);
        }

        if (IsDead(out var since))
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"The dispatcher's loop has not turned for {since}: nothing is sent. Restart the process.", trouble, data);
        }

        // No restart brings a key back: this is for a readiness probe. A liveness probe would kill every host for it, again and again.
        if (secrets.Unreadable is { Count: > 0 } unreadable)
        {
            data["unreadableSecrets"] = unreadable.Count;
            return new HealthCheckResult(
                context.Registration.FailureStatus, $"The signing secrets of {unreadable.Count} endpoints cannot be read; what is owed to them waits for the key.", trouble, data);
        }

        return trouble is not null ? HealthCheckResult.Degraded("The database does not answer; deliveries wait and no attempt is spent.", trouble, data)
            : pulse.Failures >= TroubleAfter ? HealthCheckResult.Degraded($"The dispatcher could not claim {pulse.Failures} times in a row; deliveries wait.", data: data)
            : backlog!.OldestDue > oldestDue ? HealthCheckResult.Degraded($"The oldest delivery has been due for {backlog.OldestDue}, more than {oldestDue}.", data: data)
            : HealthCheckResult.Healthy(data: data);
    }

    private bool IsDead(out TimeSpan since)
    {
        since = pulse.SinceTheLastTurn;
        return pulse.Phase is DispatcherPhase.Starting or DispatcherPhase.StandingBy or DispatcherPhase.Dispatching
            && since > Dispatcher.LongestIdle(options.Value) + LongestTurn;
    }

    private async Task<(WebhookBacklog? Backlog, Exception? Trouble)> CountAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await deliveries.CountBacklogAsync(cancellationToken), null);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return (null, e);
        }
    }

    private static void Tell(WebhookBacklog backlog, Dictionary<string, object> data)
    {
        data["waiting"] = backlog.Waiting;
        data["delivering"] = backlog.Delivering;
        data["parked"] = backlog.Parked;
        data["exhausted"] = backlog.Exhausted;
        data["disabledEndpoints"] = backlog.DisabledEndpoints;
        data["oldestDueSeconds"] = backlog.OldestDue?.TotalSeconds ?? 0;
    }

    private static string NameOf(DispatcherPhase phase) => phase switch
    {
        DispatcherPhase.Off => "off",
        DispatcherPhase.Starting => "starting",
        DispatcherPhase.StandingBy => "standing by",
        DispatcherPhase.Dispatching => "dispatching",
        _ => "stopped",
    };
}
