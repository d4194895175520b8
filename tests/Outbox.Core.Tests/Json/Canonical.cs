using System.Buffers;
using System.Text;
using Outbox.Json;

namespace Outbox.Tests.Json;

/// <summary>The canonical writer with text in and out, and its refusals.</summary>
internal static class Canonical
{
    public static readonly CanonicalJsonOptions Options = new();

    public static string Of(string json, CanonicalJsonOptions? options = null) =>
        Text(CanonicalJson.Canonicalize(Bytes(json), options ?? Options));

    public static string Merge(string json, string patch, CanonicalJsonOptions? options = null) =>
        Text(CanonicalJson.Merge(Bytes(json), Bytes(patch), options ?? Options));

    public static string Without(string json, string property)
    {
        var output = new ArrayBufferWriter<byte>();
        CanonicalJson.WriteWithout(output, Bytes(json), property);
        return Text(output.WrittenSpan);
    }

    public static string Literal(string value)
    {
        var output = new ArrayBufferWriter<byte>();
        CanonicalJson.WriteString(output, value);
        return Text(output.WrittenSpan);
    }

    public static WebhookValidationException Refusal(string json, CanonicalJsonOptions? options = null) =>
        Refusal(Bytes(json), options);

    public static WebhookValidationException Refusal(byte[] json, CanonicalJsonOptions? options = null) =>
        Assert.Throws<WebhookValidationException>(() => CanonicalJson.Canonicalize(json, options ?? Options));

    public static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json);

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
