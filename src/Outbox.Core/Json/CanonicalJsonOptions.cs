namespace Outbox.Json;

/// <summary>What <see cref="CanonicalJson"/> accepts.</summary>
internal sealed record CanonicalJsonOptions
{
    /// <summary>The most bytes that the canonical result may have.</summary>
    public int MaxBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// Integers beyond ±2^53 become JSON strings of their exact digits. Otherwise they are refused, because JavaScript would round them.
    /// </summary>
    public bool LargeIntegersAsStrings { get; init; }

    /// <summary>The most objects and arrays that may be open at once, the top-level object included.</summary>
    public int MaxDepth
    {
        get;

        // The canonicaliser recurses, so a limit that the stack could not hold would be none.
        init => field = value is >= 1 and <= 1000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxDepth is from 1 to 1000.");
    } = 64;
}
