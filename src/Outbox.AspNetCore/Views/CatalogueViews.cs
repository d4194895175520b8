namespace Outbox.AspNetCore.Views;

/// <summary>A whole list that has no pages.</summary>
internal sealed record ListView<T>(IReadOnlyList<T> Items);

/// <summary>An event type with an example of its data.</summary>
internal sealed record EventTypeView(string Type, IReadOnlyList<string> Profiles, string Example);

/// <summary>How a profile looks on the wire.</summary>
internal sealed record ProfileView
{
    public required string Name { get; init; }

    public required string SignatureHeader { get; init; }

    public required string? TimestampHeader { get; init; }

    public required string? IdHeader { get; init; }

    public required string? DeliveryIdHeader { get; init; }

    public required string SignedContent { get; init; }

    public required string Success { get; init; }

    public required double TimeoutSeconds { get; init; }

    public required IReadOnlyList<double> RetryDelaysSeconds { get; init; }

    public required string Secret { get; init; }

    public required int SecretMinimumLength { get; init; }

    public required bool OneEndpointPerScope { get; init; }

    public required bool GoneDisables { get; init; }

    public required IReadOnlyList<string>? EventTypes { get; init; }

    public required IReadOnlyList<ProfileHoldView> Holds { get; init; }

    public required IReadOnlyList<CodeView> Verification { get; init; }
}

/// <summary>What an event of a profile waits for.</summary>
internal sealed record ProfileHoldView(string EventType, string Artifact, double DeadlineSeconds);

/// <summary>Code that verifies a signature.</summary>
internal sealed record CodeView(string Language, string Title, string Code);
