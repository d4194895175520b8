using System.Text.Json;
using Outbox.Profiles;

namespace Outbox.Signing;

/// <summary>Where receivers find what they recognise a repeat by, in a request that has been verified.</summary>
internal static class DedupeId
{
    // Deeper than the writer ever nests; a body beyond it has no id to offer.
    private const int MaximumDepth = 1024;

    /// <summary>The id from the body's envelope, or null.</summary>
    public static string? FromBody(WebhookEnvelope envelope, ReadOnlySpan<byte> body) =>
        FieldOf(envelope, EnvelopeValue.DeliveryId) is { } delivery ? ReadString(body, delivery)
        : FieldOf(envelope, EnvelopeValue.EventId) is { } @event ? ReadString(body, @event)
        : null;

    private static string? FieldOf(WebhookEnvelope envelope, EnvelopeValue value)
    {
        foreach (var field in envelope.Fields)
        {
            if (field.Value == value)
            {
                return field.Name;
            }
        }

        return null;
    }

    private static string? ReadString(ReadOnlySpan<byte> body, string name)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaximumDepth });

        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var found = reader.ValueTextEquals(name);
                reader.Read();

                if (found)
                {
                    return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                }

                reader.Skip();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Signed, so from the sender, but not JSON: there is no id, and what to make of the body is the receiver's decision.
        }

        return null;
    }
}
