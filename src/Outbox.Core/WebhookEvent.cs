using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Outbox.Events;

namespace Outbox;

/// <summary>
/// Something that happened and that customers are told: a call ended, a recording is ready. Enqueue it in the transaction that stores what
/// happened (<see cref="IWebhookOutbox.EnqueueAsync"/>).
/// </summary>
public sealed record WebhookEvent
{
    private WebhookEvent(string type, JsonPayload payload)
    {
        ArgumentNullException.ThrowIfNull(type);
        Type = type;
        Payload = payload;
    }

    /// <summary>An event whose data is any object that System.Text.Json can write as a JSON object.</summary>
    /// <param name="type">The event type, such as <c>call.ended</c>: lower-case letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, at most 128 characters.</param>
    /// <param name="data">The data. It is serialized when the event is enqueued, with <see cref="WebhookOutboxOptions.SerializerOptions"/>.</param>
    [RequiresUnreferencedCode("Serializes data by reflection. In trimmed applications use WebhookEvent.Create with a JsonTypeInfo.")]
    [RequiresDynamicCode("Serializes data by reflection. In native applications use WebhookEvent.Create with a JsonTypeInfo.")]
    public WebhookEvent(string type, object data)
        : this(type, JsonPayload.FromObject(data))
    {
    }

    /// <summary>
    /// An event whose data is serialized by source-generated code:
    /// <c>WebhookEvent.Create("call.ended", call, AppJson.Default.Call) with { Subject = call.Id }</c>.
    /// </summary>
    public static WebhookEvent Create<T>(string type, T data, JsonTypeInfo<T> typeInfo) =>
        new(type, JsonPayload.FromTyped(data, typeInfo));

    /// <summary>An event whose data is JSON text already, one JSON object: <c>WebhookEvent.FromJson("call.ended", json) with { Subject = id }</c>.</summary>
    public static WebhookEvent FromJson(string type, string json) => new(type, JsonPayload.FromText(json));

    /// <summary>An event whose data is UTF-8 JSON already. It must be one JSON object; the bytes are copied when the event is enqueued.</summary>
    public static WebhookEvent FromJson(string type, ReadOnlyMemory<byte> utf8Json) => new(type, JsonPayload.FromUtf8(utf8Json));

    /// <summary>The event type, such as <c>call.ended</c>.</summary>
    public string Type { get; }

    /// <summary>The tenant (organisation) that the event belongs to, or null. Endpoints of another tenant never receive it.</summary>
    public string? Tenant { get; init; }

    /// <summary>What the event is about: the call's id. Artifacts, erasure and support's questions find the event by it.</summary>
    public string? Subject { get; init; }

    /// <summary>
    /// The scopes that the event belongs to: <c>[call.From, WebhookScope.Campaign("spring")]</c>. Its tenant, the call that is its subject
    /// and <see cref="WebhookScope.All"/> are added by themselves. At most 32.
    /// </summary>
    public IReadOnlyList<WebhookScope> Scopes { get; init; } = [];

    /// <summary>
    /// Sends the event to the endpoint of this id alone, whatever that listens to, and to no other: for a test of one endpoint. An endpoint of a
    /// tenant takes its tenant's events only. Null, the default: to every endpoint whose scope it belongs to.
    /// </summary>
    public string? OnlyEndpointId { get; init; }

    /// <summary>Events with the same key reach the same endpoint one after another, in the order they were enqueued; null: no order is kept.</summary>
    public string? OrderingKey { get; init; }

    /// <summary>A second enqueue with the same key (within the tenant) stores nothing and returns the first event; null: every enqueue counts.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>When it happened; null: when it is enqueued. Receivers see it as the event's time, in every attempt the same.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>Extra HTTP headers for this event's requests. Headers that the outbox or HTTP itself owns are refused.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The artifacts that the event waits for; none by default. <see cref="Profiles.WebhookProfile.HoldsFor"/> has each profile's usual ones.</summary>
    public IReadOnlyList<WebhookHold> Holds { get; init; } = [];

    internal JsonPayload Payload { get; }
}
