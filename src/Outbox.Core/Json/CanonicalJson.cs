using System.Buffers;

namespace Outbox.Json;

/// <summary>
/// JSON exactly as JavaScript's <c>JSON.stringify(JSON.parse(text))</c> prints it. Receivers parse a body and serialise it again before
/// they verify its signature, so a body in any other form would fail there. What JavaScript could not give back unchanged is refused.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>The canonical bytes of a JSON object.</summary>
    /// <param name="utf8Json">One JSON object in UTF-8, without a byte order mark.</param>
    /// <param name="options">What is accepted.</param>
    /// <param name="field">What the caller calls this JSON; errors extend it to the path of the value at fault.</param>
    /// <exception cref="WebhookValidationException">It is not JSON, not an object, or JavaScript would read something else.</exception>
    /// <remarks>
    /// Canonical JSON is its own canonical form, with one exception: a double of 2^53 or more, written with an exponent or a fraction
    /// (1e20), prints as an integer, and an integer of that size is refused when it comes in.
    /// </remarks>
    public static byte[] Canonicalize(ReadOnlySpan<byte> utf8Json, CanonicalJsonOptions options, string field = "data")
    {
        using var canonicalizer = new Canonicalizer(utf8Json, options, field);
        return canonicalizer.Run();
    }

    /// <summary>
    /// The object with the patch's top-level properties: those of the same name are replaced in place, new ones follow in patch order,
    /// and array indices keep ECMAScript's order.
    /// </summary>
    /// <exception cref="WebhookValidationException">The result is over <see cref="CanonicalJsonOptions.MaxBytes"/>.</exception>
    public static byte[] Merge(
        ReadOnlySpan<byte> canonicalObject, ReadOnlySpan<byte> canonicalPatch, CanonicalJsonOptions options) =>
        CanonicalMerge.Run(canonicalObject, canonicalPatch, options);

    /// <summary>Writes a canonical object without one of its top-level properties, if it is there.</summary>
    public static void WriteWithout(IBufferWriter<byte> output, ReadOnlySpan<byte> canonicalObject, string property)
    {
        var key = new ArrayBufferWriter<byte>();
        CanonicalString.Write(key, property, nameof(property));
        if (canonicalObject.IndexOf(key.WrittenSpan) < 0)
        {
            output.Write(canonicalObject);
            return;
        }

        var reader = new CanonicalObjectReader(canonicalObject);
        while (reader.TryRead(out var member))
        {
            if (!member.Key(canonicalObject).SequenceEqual(key.WrittenSpan))
            {
                continue;
            }

            var isLast = canonicalObject[member.End] == (byte)'}';
            var isFirst = member.Start == 1;
            output.Write(canonicalObject[..(isLast && !isFirst ? member.Start - 1 : member.Start)]);
            output.Write(canonicalObject[(isLast ? member.End : member.End + 1)..]);
            return;
        }

        output.Write(canonicalObject);
    }

    /// <summary>Writes a JSON string as <c>JSON.stringify</c> does.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="value">The string.</param>
    /// <param name="field">What the caller calls it, for the error.</param>
    /// <exception cref="WebhookValidationException">The string holds half a surrogate pair.</exception>
    public static void WriteString(IBufferWriter<byte> output, string value, string field = "data") =>
        CanonicalString.Write(output, value, field);
}
