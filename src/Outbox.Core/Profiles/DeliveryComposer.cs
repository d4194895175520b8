using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Outbox.Json;
using Outbox.Signing;

namespace Outbox.Profiles;

/// <summary>Puts a delivery on the wire as its profile says: the body's bytes, and the headers that go with them.</summary>
internal static class DeliveryComposer
{
    /// <summary>The media type of every body.</summary>
    public const string ContentType = "application/json";

    /// <summary>The property of the data that an endpoint receives only if it ships transcripts.</summary>
    public const string TranscriptProperty = "transcript";

    private const string Seconds = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string Milliseconds = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Writes the body. It depends on the content alone, so every attempt sends the same bytes.</summary>
    public static void WriteBody(IBufferWriter<byte> output, WebhookProfile profile, in DeliveryContent content)
    {
        var fields = profile.Envelope.Fields;
        var openings = profile.Envelope.Openings;

        if (fields.Count == 0)
        {
            WriteData(output, content);
            return;
        }

        for (var i = 0; i < fields.Count; i++)
        {
            output.Write(openings[i]);
            WriteValue(output, fields[i].Value, content);
        }

        output.Write("}"u8);
    }

    /// <summary>
    /// Adds the headers that the profile asks for: the ids and, fresh in each attempt, the timestamp and the signature. Content headers
    /// are the sender's.
    /// </summary>
    /// <param name="headers">Where the headers are added, in the order in which they are sent.</param>
    /// <param name="profile">The endpoint's profile.</param>
    /// <param name="content">What the delivery says.</param>
    /// <param name="body">What <see cref="WriteBody"/> wrote for it.</param>
    /// <param name="secrets">
    /// The endpoint's secrets, newest first; two while a rotation overlaps; none where the profile lets it be unsigned.
    /// </param>
    /// <param name="attemptedAt">When this attempt starts.</param>
    /// <exception cref="InvalidOperationException">There is no secret and the profile does not send unsigned.</exception>
    public static void AddHeaders(
        List<KeyValuePair<string, string>> headers,
        WebhookProfile profile,
        in DeliveryContent content,
        ReadOnlySpan<byte> body,
        IReadOnlyList<string> secrets,
        DateTimeOffset attemptedAt)
    {
        var scheme = profile.Signature;

        if (profile.DeliveryIdHeader is { } deliveryIdHeader)
        {
            headers.Add(new(deliveryIdHeader, content.DeliveryId));
        }

        if (scheme.IdHeader is { } idHeader)
        {
            headers.Add(new(idHeader, content.EventId));
        }

        if (secrets.Count == 0)
        {
            if (profile.Secret.Requirement != SecretRequirement.Optional)
            {
                throw new InvalidOperationException(
                    $"The endpoint has no signing secret and profile '{profile.Name}' never sends unsigned. Rotate the endpoint's secret.");
            }

            return;
        }

        var timestamp = attemptedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

        if (scheme.TimestampHeader is { } timestampHeader)
        {
            headers.Add(new(timestampHeader, timestamp));
        }

        headers.Add(new(scheme.Header, SignatureWriter.Sign(scheme, secrets, content.EventId, timestamp, body)));
    }

    private static void WriteValue(IBufferWriter<byte> output, EnvelopeValue value, in DeliveryContent content)
    {
        switch (value)
        {
            case EnvelopeValue.EventType:
                CanonicalJson.WriteString(output, content.EventType);
                break;
            case EnvelopeValue.EventId:
                CanonicalJson.WriteString(output, content.EventId);
                break;
            case EnvelopeValue.DeliveryId:
                CanonicalJson.WriteString(output, content.DeliveryId);
                break;
            case EnvelopeValue.OccurredAtSeconds:
                WriteTime(output, content.OccurredAt, Seconds);
                break;
            case EnvelopeValue.OccurredAtMilliseconds:
                WriteTime(output, content.OccurredAt, Milliseconds);
                break;
            case EnvelopeValue.Tenant when content.Tenant is null:
                output.Write("null"u8);
                break;
            case EnvelopeValue.Tenant:
                CanonicalJson.WriteString(output, content.Tenant);
                break;
            case EnvelopeValue.Data:
                WriteData(output, content);
                break;
            default:
                throw new UnreachableException($"No such envelope value: {value}.");
        }
    }

    private static void WriteData(IBufferWriter<byte> output, in DeliveryContent content)
    {
        if (content.ShipTranscript)
        {
            output.Write(content.Data.Span);
        }
        else
        {
            CanonicalJson.WriteWithout(output, content.Data.Span, TranscriptProperty);
        }
    }

    private static void WriteTime(IBufferWriter<byte> output, DateTimeOffset time, string format)
    {
        const int Longest = 32;
        var span = output.GetSpan(Longest);
        span[0] = (byte)'"';
        time.UtcDateTime.TryFormat(span[1..], out var written, format, CultureInfo.InvariantCulture);
        span[written + 1] = (byte)'"';
        output.Advance(written + 2);
    }
}
