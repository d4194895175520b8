using System.Text.Json.Serialization;

namespace Outbox.Notices;

/// <summary>What a notice's data may say; each type says its part of it.</summary>
internal sealed record NoticeData
{
    public required string EndpointId { get; init; }

    public string? Tenant { get; init; }

    public string? Reason { get; init; }

    public int? FailuresInARow { get; init; }

    public string? DeliveryId { get; init; }

    public string? EventId { get; init; }

    public string? EventType { get; init; }

    public int? Tries { get; init; }

    public int? StatusCode { get; init; }

    public string? Error { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NoticeData))]
internal sealed partial class NoticeJson : JsonSerializerContext;
