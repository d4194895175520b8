using Microsoft.Extensions.Logging;
using Outbox.Deliveries;

namespace Outbox.Diagnostics;

/// <summary>
/// Every line that the outbox logs, with its stable event id. Lines name ids, hosts and codes; never a URL's path, a secret, a payload or an
/// answer's text.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "The outbox dispatches as {Owner}.")]
    public static partial void Dispatching(ILogger logger, string owner);

    [LoggerMessage(2, LogLevel.Information, "Another process dispatches this database; this one stands by.")]
    public static partial void StandingBy(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "The outbox has stopped; {Interrupted} deliveries were interrupted and go on at the next start.")]
    public static partial void Stopped(ILogger logger, int interrupted);

    [LoggerMessage(10, LogLevel.Error, "The outbox cannot {Operation}: consecutive failures of the database: {Failures}. It goes on trying; no attempt is spent.")]
    public static partial void StoreFailed(ILogger logger, Exception failure, string operation, int failures);

    [LoggerMessage(11, LogLevel.Information, "The outbox can {Operation} again after {Failures} failures.")]
    public static partial void StoreIsBack(ILogger logger, string operation, int failures);

    [LoggerMessage(20, LogLevel.Debug, "{DeliveryId} to {EndpointId}: {StatusCode} {Error} in {Milliseconds} ms, now {Status}.")]
    public static partial void Attempted(
        ILogger logger, string deliveryId, string endpointId, int? statusCode, string? error, double milliseconds, DeliveryStatus status);

    [LoggerMessage(21, LogLevel.Warning, "{DeliveryId} to {EndpointId} is exhausted: {StatusCode} {Error}. It can be replayed.")]
    public static partial void Exhausted(ILogger logger, string deliveryId, string endpointId, int? statusCode, string? error);

    [LoggerMessage(22, LogLevel.Warning, "{EndpointId} is disabled ({Reason}); what is owed to it is parked until it is enabled again.")]
    public static partial void EndpointDisabled(ILogger logger, string endpointId, string? reason);

    [LoggerMessage(EventId = 23, Message = "{DeliveryId} to {EndpointId} could not be sent and no try was spent: {Reason}. This is said once a minute.")]
    public static partial void NotAttempted(ILogger logger, LogLevel level, string deliveryId, string endpointId, string reason);

    [LoggerMessage(24, LogLevel.Error, "{DeliveryId} to {EndpointId} failed inside the outbox; the try counts.")]
    public static partial void AttemptBroke(ILogger logger, Exception failure, string deliveryId, string endpointId);

    [LoggerMessage(25, LogLevel.Warning, "{DeliveryId} was not stored as {Status}: its lease had passed on to another dispatcher, or it was cancelled.")]
    public static partial void SettlementRefused(ILogger logger, string deliveryId, DeliveryStatus status);

    [LoggerMessage(26, LogLevel.Error, "{Count} settlements were not stored before the host stopped. Their leases run out and the deliveries are repeated.")]
    public static partial void SettlementsAbandoned(ILogger logger, int count);

    [LoggerMessage(27, LogLevel.Warning, "{EndpointId} is left alone after {Failures} consecutive failures for {Block}; what is owed to it waits. This is said once a minute.")]
    public static partial void EndpointBlocked(ILogger logger, string endpointId, int failures, TimeSpan block);

    [LoggerMessage(28, LogLevel.Information, "{EndpointId} accepts deliveries again after {Failures} consecutive failures.")]
    public static partial void EndpointRecovered(ILogger logger, string endpointId, int failures);

    [LoggerMessage(29, LogLevel.Error, "A handler failed on the notice {Type} {EventId}; it is not called again for it.")]
    public static partial void NoticeHandlerFailed(ILogger logger, Exception failure, string type, string eventId);

    [LoggerMessage(40, LogLevel.Warning, "Endpoint secrets are stored as plain text. Outside Development the host would not start: call ProtectSecrets(key) or StoreSecretsInPlainText().")]
    public static partial void SecretsArePlainText(ILogger logger);

    [LoggerMessage(41, LogLevel.Information, "The secrets of {Count} endpoints were encrypted with the current key.")]
    public static partial void SecretsRenewed(ILogger logger, int count);

    [LoggerMessage(42, LogLevel.Error, "The secrets of {Count} endpoints cannot be read, that of {EndpointId} because {Reason}. Their deliveries wait, uncounted, until the key is back. This is said once a minute.")]
    public static partial void SecretsUnreadable(ILogger logger, int count, string endpointId, string reason);

    [LoggerMessage(43, LogLevel.Information, "The secrets of {Count} endpoints that could not be read can be read again, or the endpoints are gone.")]
    public static partial void SecretsReadable(ILogger logger, int count);

    [LoggerMessage(30, LogLevel.Warning, "The probe {Probe} failed for the artifact {Artifact}; it is asked again.")]
    public static partial void ProbeFailed(ILogger logger, Exception failure, string probe, string artifact);
}
