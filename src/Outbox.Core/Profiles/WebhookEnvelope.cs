using System.Buffers;
using Outbox.Json;

namespace Outbox.Profiles;

/// <summary>
/// What surrounds an event's data in the body: ordered fields, written in this order. An envelope without fields means that the body is
/// the data itself. Two envelopes with the same fields in the same order are equal.
/// </summary>
public sealed class WebhookEnvelope : IEquatable<WebhookEnvelope>
{
    private readonly EquatableList<EnvelopeField> _fields;
    private byte[][]? _openings;

    /// <summary>Describes an envelope by its fields, in the order in which they are written.</summary>
    /// <param name="fields">
    /// Unique names, one of them with <see cref="EnvelopeValue.Data"/>; none at all for a body that is the data itself.
    /// </param>
    public WebhookEnvelope(params ReadOnlySpan<EnvelopeField> fields)
    {
        _fields = new EquatableList<EnvelopeField>(fields);
    }

    /// <summary>No envelope: the body is the event's data.</summary>
    public static WebhookEnvelope None { get; } = new();

    /// <summary>The fields in the order in which they are written.</summary>
    public IReadOnlyList<EnvelopeField> Fields => _fields;

    /// <summary>
    /// For each field what comes before its value, as UTF-8: <c>{"event":</c> or <c>,"data":</c>. Made once per envelope.
    /// </summary>
    internal IReadOnlyList<byte[]> Openings =>
        _openings ??= [.. _fields.Select((part, index) => OpeningOf(part.Name, isFirst: index == 0))];

    /// <inheritdoc/>
    public bool Equals(WebhookEnvelope? other) => other is not null && _fields.Equals(other._fields);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WebhookEnvelope);

    /// <inheritdoc/>
    public override int GetHashCode() => _fields.GetHashCode();

    /// <summary>The fields as they are printed in messages: <c>{ event: EventType, data: Data }</c>.</summary>
    public override string ToString() =>
        _fields.Count == 0 ? "the data itself" : "{ " + string.Join(", ", _fields.Select(field => $"{field.Name}: {field.Value}")) + " }";

    private static byte[] OpeningOf(string name, bool isFirst)
    {
        var opening = new ArrayBufferWriter<byte>();
        opening.Write(isFirst ? "{"u8 : ","u8);
        CanonicalJson.WriteString(opening, name);
        opening.Write(":"u8);

        return opening.WrittenSpan.ToArray();
    }
}

/// <summary>One field of an envelope.</summary>
/// <param name="Name">
/// The property's name in the body. Not a whole number such as <c>0</c>: JavaScript moves those to the front when it prints an object
/// again, and the signature would no longer match.
/// </param>
/// <param name="Value">What stands there.</param>
public readonly record struct EnvelopeField(string Name, EnvelopeValue Value);

/// <summary>What an envelope's field holds.</summary>
public enum EnvelopeValue
{
    /// <summary>The event's type, such as <c>call.ended</c>.</summary>
    EventType,

    /// <summary>The event's id, the same at every endpoint that is owed the event.</summary>
    EventId,

    /// <summary>The delivery's id, unique to this event at this endpoint and the same in every attempt.</summary>
    DeliveryId,

    /// <summary>When the event happened, in UTC and whole seconds: <c>2026-05-25T14:35:12Z</c>.</summary>
    OccurredAtSeconds,

    /// <summary>When the event happened, in UTC and milliseconds: <c>2026-05-25T14:35:12.000Z</c>.</summary>
    OccurredAtMilliseconds,

    /// <summary>The event's tenant, or JSON <c>null</c> when it has none.</summary>
    Tenant,

    /// <summary>The event's data, a JSON object.</summary>
    Data,
}
