using System.Text.Json;
using Outbox.Sending;

namespace Outbox;

/// <summary>The outbox's settings. They are validated when the host starts.</summary>
public sealed class WebhookOutboxOptions
{
    /// <summary>Whether this process delivers. False for processes that only enqueue. Default: true.</summary>
    public bool Dispatch { get; set; } = true;

    /// <summary>How many requests this process may have in flight at once. 1 to 10,000. Default: 128.</summary>
    public int MaxInFlight { get; set; } = 128;

    /// <summary>How many requests may be in flight to one endpoint at once, per process. 1 to <see cref="MaxInFlight"/>. Default: 8.</summary>
    public int MaxInFlightPerEndpoint { get; set; } = 8;

    /// <summary>
    /// How long a lease lasts. At least twice the longest attempt (connect, answer and body together). Default: 60 seconds. The same for all hosts of a
    /// database: a host whose leases are shorter takes a longer one of another host for the work of a jumping clock, and sends again what that has in flight.
    /// </summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the dispatcher looks for what no hint told it of. 1 second to 10 minutes. Default: 1 minute.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many deliveries of an endpoint that was enabled again go on per second. 1 to 10,000. Default: 50.</summary>
    public int DrainPerSecond { get; set; } = 50;

    /// <summary>How often probes are asked while something is held. 100 ms to 1 minute. Default: 2 seconds.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the previous secret still signs after a rotation. Zero to 30 days. Default: 24 hours.</summary>
    public TimeSpan SecretOverlap { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The largest data of an event, in bytes of canonical JSON, also after artifacts patched it. 1 KiB to 16 MiB. Default: 256 KiB.</summary>
    public int MaxDataBytes { get; set; } = 256 * 1024;

    /// <summary>Writes integers beyond ±2^53, which JavaScript cannot hold, as strings. Default: false, they are refused.</summary>
    public bool LargeIntegersAsStrings { get; set; }

    /// <summary>How event data is serialized. Default: the web defaults of System.Text.Json (camel case).</summary>
    public JsonSerializerOptions SerializerOptions { get; set; } = new(JsonSerializerDefaults.Web);

    /// <summary>The event types that this platform enqueues; another one is refused with the nearest match. Null: any well-formed type. Default: null.</summary>
    public IReadOnlyCollection<string>? EventTypes { get; set; }

    /// <summary>Where webhooks may be sent, and how long an attempt may take.</summary>
    public WebhookSendingOptions Sending { get; } = new();

    /// <summary>When an endpoint that fails is left alone for a while, and when it is disabled.</summary>
    public WebhookBreakerOptions Breaker { get; } = new();

    /// <summary>How long finished work is kept.</summary>
    public WebhookRetentionOptions Retention { get; } = new();
}

/// <summary>
/// When an endpoint that fails is left alone for a while, and when it is disabled. What is owed to it meanwhile waits and spends no tries.
/// After each block its oldest due delivery is sent alone: if it is accepted, the others follow; else the next block is twice as long.
/// </summary>
/// <remarks>
/// Timeouts, failed connections, <c>5xx</c>, <c>408</c> and <c>429</c> block an endpoint. Any other answer is a failure of that delivery alone and
/// blocks nothing, but it is not a success either: an endpoint that answers <c>404</c> to everything is disabled in the end.
/// </remarks>
public sealed class WebhookBreakerOptions
{
    /// <summary>After how many failed tries in a row an endpoint is blocked. 1 to 10,000; null: never. Default: 10.</summary>
    public int? FailuresToBlock { get; set; } = 10;

    /// <summary>The first block. Then each lasts about as long as the endpoint has failed, which doubles it. 1 second to <see cref="LongestBlock"/>. Default: 10 seconds.</summary>
    public TimeSpan FirstBlock { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest block. At most 24 hours. Default: 10 minutes.</summary>
    public TimeSpan LongestBlock { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// An endpoint that has accepted nothing for so long, through at least ten tries, is disabled with the reason <c>failing</c>, as one that
    /// answers <c>410</c> is. 1 hour to 365 days; null: never. Default: 5 days.
    /// </summary>
    public TimeSpan? DisableAfter { get; set; } = TimeSpan.FromDays(5);
}

/// <summary>How long finished work is kept, and how it is pruned.</summary>
public sealed class WebhookRetentionOptions
{
    /// <summary>Delivered and cancelled deliveries with their attempts and payloads are kept this long. Default: 7 days.</summary>
    public TimeSpan KeepDelivered { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Exhausted deliveries, which can be replayed, are kept this long. Default: 30 days.</summary>
    public TimeSpan KeepExhausted { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often pruning runs. 1 second to 1 day. Default: 5 minutes.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many deliveries one batch deletes at most, so that no transaction grows long. 1 to 10,000. Default: 500.</summary>
    public int BatchSize { get; set; } = 500;
}
