using System.Text.Json.Serialization;

namespace Outbox.Events;

/// <summary>An event's extra headers as they are stored: a JSON object of strings.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class HeadersJson : JsonSerializerContext;
