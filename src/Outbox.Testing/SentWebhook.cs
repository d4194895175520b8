using System.Text.Json;

namespace Outbox.Testing;

/// <summary>A request that the outbox made and that a test caught before it left the process.</summary>
public sealed record SentWebhook
{
    /// <summary>Where it went.</summary>
    public required Uri Url { get; init; }

    /// <summary>Its headers; names are compared without regard to case.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Its body, byte for byte: what a receiver verifies.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The answer that the test gave.</summary>
    public required int StatusCode { get; init; }

    /// <summary>The body as JSON: <c>sent.Json.GetProperty("data")</c>.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Whether a text stands in the body: the event's type, an id.</summary>
    public bool Has(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return System.Text.Encoding.UTF8.GetString(Body.Span).Contains(text, StringComparison.Ordinal);
    }

    /// <summary>The URL, the answer and the body, for failing tests.</summary>
    public override string ToString() => $"POST {Url} -> {StatusCode}: {System.Text.Encoding.UTF8.GetString(Body.Span)}";
}
