using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Outbox.Json;

namespace Outbox.Events;

/// <summary>JSON in whichever form the caller has it. It becomes canonical bytes when it is enqueued, so that errors name the call at fault.</summary>
internal sealed class JsonPayload
{
    private readonly Func<JsonSerializerOptions, ReadOnlyMemory<byte>> _toUtf8;

    private JsonPayload(Func<JsonSerializerOptions, ReadOnlyMemory<byte>> toUtf8) => _toUtf8 = toUtf8;

    [RequiresUnreferencedCode("Serializes by reflection.")]
    [RequiresDynamicCode("Serializes by reflection.")]
    public static JsonPayload FromObject(object data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new(options => Write(writer => JsonSerializer.Serialize(writer, data, data.GetType(), options)));
    }

    public static JsonPayload FromTyped<T>(T data, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return new(_ => Write(writer => JsonSerializer.Serialize(writer, data, typeInfo)));
    }

    public static JsonPayload FromText(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new(_ => Utf16.IndexOfLoneSurrogate(json) is >= 0 and var lone ? throw new LoneSurrogateException(lone) : Encoding.UTF8.GetBytes(json));
    }

    public static JsonPayload FromUtf8(ReadOnlyMemory<byte> utf8Json) => new(_ => utf8Json);

    public byte[] ToCanonical(JsonSerializerOptions serializer, CanonicalJsonOptions options, string field)
    {
        ReadOnlyMemory<byte> utf8;
        try
        {
            utf8 = _toUtf8(serializer);
        }
        catch (LoneSurrogateException e)
        {
            throw new WebhookValidationException(
                field, $"A text of the {field} has a lone surrogate at its character {e.Index}, which has no UTF-8 form. Remove it, or repair the text where it was cut.", e);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            throw new WebhookValidationException(field, $"The {field} cannot be written as JSON: {e.Message}", e);
        }

        return CanonicalJson.Canonicalize(utf8.Span, options, field);
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> serialize)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = StrictEncoder.Instance });
        serialize(writer);
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
