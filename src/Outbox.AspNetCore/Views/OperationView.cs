namespace Outbox.AspNetCore.Views;

/// <summary>Work that takes longer than a request.</summary>
internal sealed record OperationView
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    public required string State { get; init; }

    public required string Title { get; init; }

    public required int Done { get; init; }

    public required int? Total { get; init; }

    public required bool TotalCapped { get; init; }

    public required string? Result { get; init; }

    public required string? Error { get; init; }

    public required string? EndpointId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset? EndedAt { get; init; }

    public required string? StartedBy { get; init; }
}
