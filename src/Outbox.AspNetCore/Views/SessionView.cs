namespace Outbox.AspNetCore.Views;

/// <summary>Who is looking, and what the page may offer.</summary>
internal sealed record SessionView
{
    /// <summary>No page counts further.</summary>
    public const int Cap = 10_000;

    public required string? User { get; init; }

    public required bool CanOperate { get; init; }

    public required bool CanSeePayloads { get; init; }

    public required bool CanSeeUrlPaths { get; init; }

    public required string? Tenant { get; init; }

    public required DateTimeOffset Now { get; init; }

    public required string Version { get; init; }

    public required string CsrfHeader { get; init; }

    public required IReadOnlyList<string> Profiles { get; init; }

    public required int CountCap { get; init; }
}
