using System.Globalization;
using Spectre.Console;

namespace Outbox.Cli;

/// <summary>Times as people write them: in UTC unless they say otherwise.</summary>
internal static class Times
{
    public static DateTimeOffset? Read(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>What is wrong with a time that was given, or null.</summary>
    public static ValidationResult? Refuse(string? text) =>
        text is null || Read(text) is not null ? null : ValidationResult.Error($"'{text}' is no time. Write it as 2026-05-25T14:00Z.");
}
