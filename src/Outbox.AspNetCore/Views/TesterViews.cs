namespace Outbox.AspNetCore.Views;

/// <summary>A request that was composed and signed by hand.</summary>
internal sealed record PreviewView(RequestView Request, SignatureView? Signature, IReadOnlyList<CodeView> Verification);

/// <summary>A request that was sent by hand, and what came back.</summary>
internal sealed record TrialView(RequestView Request, SignatureView? Signature, IReadOnlyList<CodeView> Verification, ResponseView Response);

/// <summary>A signature, step by step.</summary>
internal sealed record SignatureView
{
    public required string Header { get; init; }

    public required string Value { get; init; }

    public required IReadOnlyList<StepView> Steps { get; init; }

    /// <summary>Null where the caller may not see payloads.</summary>
    public required string? SignedString { get; init; }

    public required string Algorithm { get; init; }

    public required string Encoding { get; init; }

    public required string KeyNote { get; init; }

    public required string? SecretHint { get; init; }
}

/// <summary>A step of signing.</summary>
internal sealed record StepView(string Title, string Text, string? Value);

/// <summary>What came back.</summary>
internal sealed record ResponseView
{
    public required bool Ok { get; init; }

    public required int? StatusCode { get; init; }

    public required string? Error { get; init; }

    public required string? Detail { get; init; }

    public required long DurationMs { get; init; }

    public required string? Excerpt { get; init; }

    public required bool ExcerptTruncated { get; init; }

    public required IReadOnlyList<HeaderView>? Headers { get; init; }

    public required string Verdict { get; init; }
}
